import type { MessageInitShape } from "@bufbuild/protobuf";
import { type DeadLetterSchema, type DeadLetterService, DeadLetterState } from "../../proto/gen/sluice/processing/v1/processing_pb.ts";
import type { Control } from "../control.ts";
import type { DeadLetter, LetterState } from "../findings/dead-letters.ts";
import { invalid } from "../object-reader.ts";
import type { Implementation } from "./grpc-bridge.ts";
import { pageRequest, pageToken } from "./wire-page.ts";
import { timestampOf } from "./wire-time.ts";

/** sluice.processing.v1.DeadLetterService over the control plane. */
export function deadLetterService(control: Control): Implementation<typeof DeadLetterService> {
  return {
    async listDeadLetters({ processor, state, ...request }, { actor }) {
      const filter = { processor: processor || undefined, state: stateOf(state) };
      const page = await control.listDeadLetters(actor, { ...pageRequest(request), ...filter });
      return { deadLetters: page.entries.map(letterMessage), ...pageToken(page) };
    },
    async retryDeadLetters({ ids, all, processor }, { actor }) {
      return { ids: [...(await control.retryDeadLetters(actor, { ids, all, processor: processor || undefined }))] };
    },
  };
}

const states: Readonly<Record<LetterState, DeadLetterState>> = {
  refused: DeadLetterState.REFUSED,
  retrying: DeadLetterState.RETRYING,
  processed: DeadLetterState.PROCESSED,
};

function stateOf(state: DeadLetterState): LetterState | undefined {
  if (state === DeadLetterState.UNSPECIFIED) return undefined;
  for (const [name, value] of Object.entries(states) as [LetterState, DeadLetterState][]) if (value === state) return name;
  throw invalid("state", "is not known");
}

function letterMessage({ timeMs, offset, state, ...letter }: DeadLetter): MessageInitShape<typeof DeadLetterSchema> {
  const { id, processor, topic, partition, recordType, recordKey, reason, refusals } = letter;
  return {
    ...{ id, processor, topic, partition, recordType, recordKey, reason, refusals },
    time: timestampOf(timeMs),
    offset: BigInt(offset),
    state: states[state],
  };
}
