/** A tool's name among all servers. */
export function toolKey(server: string, name: string): string {
  return `${server}/${name}`;
}
