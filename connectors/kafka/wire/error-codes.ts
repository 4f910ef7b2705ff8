import { createErrorFromCode } from "kafkajs/src/protocol/error.js";

/** The protocol's error codes that are acted on. */
export const errorCodes = {
  none: 0,
  offsetOutOfRange: 1,
  messageTooLarge: 10,
  recordListTooLarge: 18,
  invalidTimestamp: 32,
  outOfOrderSequence: 45,
  duplicateSequence: 46,
  invalidProducerEpoch: 47,
  unknownProducerId: 59,
  invalidRecord: 87,
} as const;

/** The protocol's name of an error code: `NOT_LEADER_FOR_PARTITION`; undefined where there is no error. */
export function errorName(code: number): string | undefined {
  if (code === errorCodes.none) return undefined;
  const { type } = createErrorFromCode(code);
  return type === "UNKNOWN" ? `error ${code}` : type;
}

/** An error of that code, as kafkajs makes them. */
export function protocolError(code: number): Error {
  return createErrorFromCode(code);
}
