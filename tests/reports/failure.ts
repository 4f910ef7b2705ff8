import type { TestEvent } from "node:test/reporters";

export type Failure = Extract<TestEvent, { type: "test:fail" }>["data"];

/** Why a test failed; Node's types leave out the kind of failure. */
export const failureType = (failure: Failure): unknown => (failure.details.error as { failureType?: unknown }).failureType;

/** Only those that failed themselves: around them, each suite fails too. */
export const isItsOwn = (failure: Failure): boolean => failureType(failure) !== "subtestsFailed";
