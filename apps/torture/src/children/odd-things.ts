/** What a work function may throw although it is no error; some of it bites whoever looks at it. */
export function oddThings(): readonly unknown[] {
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  return [
    undefined,
    null,
    '',
    'text with a \u0000 in it and a lone \ud800',
    42n,
    Symbol('odd'),
    Object.create(null),
    {
      get stack(): string {
        throw new Error('nobody may look at this');
      },
    },
    {
      toString: () => {
        throw new Error('nobody may print this');
      },
    },
    revoked.proxy,
    Object.assign(new Error('x'.repeat(100_000)), { stack: undefined }),
    () => {},
  ];
}
