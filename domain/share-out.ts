/** What a member of a group says of itself: the partition numbers that it owns, each since the epoch in which it got it. */
export interface MemberClaim {
  readonly id: string;
  readonly owned: ReadonlyMap<number, number>;
}

/**
 * Shares out partition numbers 0 to `partitions` - 1 among members, as evenly as can be, and moves as few as that allows (KIP-429, cooperative
 * and sticky): a number whose owner has to give it up is given to nobody now. Its owner sees that it is missing, lets go, and asks for the
 * next round, in which it is free. So no number has two owners at a time.
 */
export function shareOut(members: readonly MemberClaim[], partitions: number): ReadonlyMap<string, readonly number[]> {
  const owners = ownersOf(members, partitions);
  const shares = new Map(members.map(({ id }) => [id, [] as number[]]));
  for (const [partition, id] of owners) shares.get(id)?.push(partition);

  // Whoever has most keeps most: the quotas that are larger by one go to them.
  const ordered = [...shares].sort(([one, some], [other, others]) => others.length - some.length || (one < other ? -1 : 1));
  const quotas = new Map(ordered.map(([id], index) => [id, Math.floor((partitions + members.length - 1 - index) / members.length)]));
  for (const [id, share] of ordered) {
    share.sort((one, other) => one - other);
    share.splice(quotas.get(id) ?? 0);
  }
  for (let partition = 0; partition < partitions; partition++) {
    if (owners.has(partition)) continue;
    ordered.find(([id, share]) => share.length < (quotas.get(id) ?? 0))?.[1].push(partition);
  }
  return shares;
}

/** The same among members of one process, of whom no two can own the same number. */
export function shareOutAmong<Member extends { readonly owned: ReadonlyMap<number, unknown> }>(
  members: Iterable<Member>,
  partitions: number,
): ReadonlyMap<Member, readonly number[]> {
  const all = [...members];
  const claims = all.map(({ owned }, index) => ({ id: String(index), owned: new Map([...owned.keys()].map((number) => [number, 0])) }));
  const shares = shareOut(claims, partitions);
  return new Map(all.map((member, index) => [member, shares.get(String(index)) ?? []]));
}

/** Who owns what now. Where two claim the same, one of them was taken for dead: the later epoch holds. */
function ownersOf(members: readonly MemberClaim[], partitions: number): Map<number, string> {
  const owners = new Map<number, { readonly id: string; readonly epoch: number }>();
  for (const { id, owned } of members) {
    for (const [partition, epoch] of owned) {
      const other = owners.get(partition);
      if (partition < partitions && (other === undefined || other.epoch < epoch)) owners.set(partition, { id, epoch });
    }
  }
  return new Map([...owners].map(([partition, { id }]) => [partition, id]));
}
