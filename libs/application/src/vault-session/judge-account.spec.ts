import { judgeAccount } from './judge-account.js';

const mine = { user: 'u-1', volume: 'v-1' };

describe('the account of a session', () => {
  it.each([
    ['is fine where nothing is placed yet, whichever it is', { user: 'u-2', volume: null }, mine, false, 'own'],
    ['is fine where every object is in its volume, though nothing was bound before', mine, null, false, 'own'],
    ['is fine where an operator has bound the vault to it, in spite of older placements', mine, mine, true, 'own'],
    ['is another one where objects are placed in a volume that it has not', mine, null, true, 'another-account'],
    [
      'is another one where the vault is bound to somebody else',
      { user: 'u-2', volume: 'v-2' },
      mine,
      true,
      'another-account',
    ],
    [
      'is another one where it has never used Drive and objects exist',
      { user: 'u-2', volume: null },
      mine,
      true,
      'another-account',
    ],
    [
      'is another one where neither it nor the vault has a known volume',
      { user: null, volume: null },
      { user: null, volume: null },
      true,
      'another-account',
    ],
    [
      'is fine where the vault was bound to it before it had a volume',
      mine,
      { user: 'u-1', volume: null },
      true,
      'own',
    ],
    [
      'is fine where the vault is bound to it and it still has none',
      { user: 'u-1', volume: null },
      { user: 'u-1', volume: null },
      true,
      'own',
    ],
    ['is told from one whose Drive was set up anew', { user: 'u-1', volume: 'v-9' }, mine, true, 'another-volume'],
  ] as const)('%s', (...row) => {
    const [, session, bound, holdsElsewhere, verdict] = row;
    expect(judgeAccount(session, { bound, holdsElsewhere })).toBe(verdict);
  });
});
