import type { Client } from "@elastic/elasticsearch";

/**
 * Removes what a test has written into an Elasticsearch that goes on. The distribution that the tests start can't (and is thrown away):
 * it answers 400.
 */
export async function removeDataStream(client: Client, name: string): Promise<void> {
  await client.indices.deleteDataStream({ name }, { ignore: [400, 404] });
}
