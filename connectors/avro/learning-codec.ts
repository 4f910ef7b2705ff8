import { Fault } from "../../domain/fault.ts";
import type { Logger } from "../../domain/ports/logger.ts";
import { topics } from "../../domain/topics.ts";
import { type Codec, type EventCodec, fingerprintText, isOfUnknownSchema } from "./codec.ts";

export interface LearningOptions {
  readonly codec: EventCodec;
  /** The schemas that were published since it was last asked, as JSON; all of them the first time. */
  readonly published: () => Promise<readonly string[]>;
  readonly logger: Logger;
  readonly nowMs?: () => number;
}

/** A fingerprint that nobody has published is looked for again after this. */
const unknownMs = 60_000;
/** Fingerprints that are remembered as unknown: bytes that are damaged have any. */
const unknownMax = 1_000;

/**
 * Reads what processes of other versions write, too: during a rolling update, and after one that was taken back. A schema that is not known here is
 * looked for among the published ones while the record waits: `decode` throws `Fault("unavailable")` then, and `Fault("invalid")` where it is not there.
 */
export function openLearningCodec({ codec, published, logger, nowMs = Date.now }: LearningOptions): Codec {
  const unknownUntil = new Map<string, number>();
  let isLooking = false;

  async function look(fingerprint: string): Promise<void> {
    isLooking = true;
    for (const schema of await published()) {
      try {
        codec.learn(schema);
      } catch (cause) {
        // Whoever reads its events is told so, record by record.
        logger.warn("a published schema can't be used by this version", { cause });
      }
    }
    if (unknownUntil.size >= unknownMax) unknownUntil.clear();
    unknownUntil.set(fingerprint, nowMs() + unknownMs);
  }

  return {
    encode: codec.encode,
    encodeInto: codec.encodeInto,
    decode(bytes, topic) {
      try {
        return codec.decode(bytes);
      } catch (cause) {
        // Whoever looks for a schema reads that topic, and would wait for itself.
        if (!isOfUnknownSchema(cause) || topic === topics.schemas.name) throw cause;
        const fingerprint = fingerprintText(bytes);
        if ((unknownUntil.get(fingerprint) ?? Number.NEGATIVE_INFINITY) > nowMs()) throw cause;
        // Whoever reads the record again finds it, or looks again where the log was away.
        if (!isLooking) {
          look(fingerprint)
            .catch((reason: unknown) => logger.warn("the published schemas can't be read now", { cause: reason }))
            .finally(() => {
              isLooking = false;
            });
        }
        throw new Fault("unavailable", `the schema with the fingerprint ${fingerprint} is being looked for`);
      }
    },
  };
}
