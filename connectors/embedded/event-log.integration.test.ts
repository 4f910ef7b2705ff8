import { createCodec } from "../avro/codec.ts";
import { eventLogContract, unreading } from "../event-log.contract.ts";
import { stateStoreContract } from "../state-store.contract.ts";
import { openEmbeddedStore } from "./store.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const codec = unreading(createCodec());

/** A store that takes its folder with it when it is closed. */
async function openTemporary() {
  const { folder, remove } = temporaryFolder();
  const store = await openEmbeddedStore({ folder, codec, partitionsMax: 3 });
  const close = () => store.close().then(remove);
  return { log: { ...store.log, close }, states: { ...store.states, close } };
}

eventLogContract("the embedded log", async () => (await openTemporary()).log);
stateStoreContract("the embedded store", async () => (await openTemporary()).states);
