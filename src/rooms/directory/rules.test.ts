import { describe, expect, it } from 'vitest';
import { stateName, stateOfDivision } from '../states.ts';
import { type Candidate, designation, meant } from './match.ts';
import { addAlias, describeAnew, noteChannel, registerParty } from './rules.ts';

const party = (name: string, change: Partial<Candidate> = {}): Candidate => ({
  id: name,
  name,
  kind: 'place',
  ocdId: null,
  state: 'Ohio',
  ...change,
});
const ask = (name: string, candidates: readonly Candidate[], state: string | null = 'OH') =>
  meant({ name, kind: 'place', state, ocdId: null }, candidates);

describe('who is meant', () => {
  const city = party('Union city', { how: 'bare' });
  const township = party('Union township', { how: 'bare' });

  it('is one of several by what the name says it is, and nobody where it says nothing', () => {
    expect(ask('Union', [city, township])).toMatchObject({ match: 'ambiguous' });
    expect(ask('City of Union', [city, township])).toMatchObject({ match: 'known', party: { id: 'Union city' } });
    expect(ask('Union village', [city, township])).toEqual({ match: 'new' });
  });

  it('is not settled without a state, and nobody in another state or of another kind', () => {
    expect(ask('Union', [city], null)).toMatchObject({ match: 'ambiguous', among: [{}] });
    expect(ask('Elsewhere', [], null)).toEqual({ match: 'new' });
    const state = party('State of Ohio', { kind: 'state', how: 'bare', state: null });
    expect(meant({ name: 'Ohio', kind: 'state', state: 'OH', ocdId: null }, [state])).toMatchObject({ match: 'known' });
    expect(ask('Union', [city], 'Iowa')).toEqual({ match: 'new' });
    expect(ask('Union', [{ ...city, kind: 'county' }])).toEqual({ match: 'new' });
    expect(ask('Union', [{ ...city, kind: 'county', how: 'bare alias' }])).toMatchObject({ match: 'known' });
  });

  it('is the whole name before the bare one, and the id before any name', () => {
    const oklahoma = [party('Oklahoma City city', { how: 'whole' }), party('Oklahoma borough', { how: 'bare' })];
    expect(ask('Oklahoma City', oklahoma)).toMatchObject({ party: { name: 'Oklahoma City city' } });
    const id = 'ocd-division/country:us/state:oh/place:union';
    const byId = party('Another name', { ocdId: id, how: 'id' });
    const asked = { name: 'Union city', kind: 'place' as const, state: 'Ohio', ocdId: id };
    expect(meant(asked, [{ ...city, how: 'name' }, byId])).toMatchObject({ party: { name: 'Another name' } });
    // Its id is another one: two parties, whatever they are called.
    expect(meant(asked, [{ ...city, how: 'name', ocdId: `${id}_2` }])).toEqual({ match: 'new' });
  });

  it('knows states by name and code', () => {
    expect([stateName('oh'), stateName('Ohio'), stateName('constructor')]).toEqual(['Ohio', 'Ohio', 'constructor']);
    expect(stateOfDivision('ocd-division/country:us/district:dc')).toBe('District of Columbia');
    expect([designation('The City of New York'), designation('Cook County'), designation('Elm')]).toEqual([
      'city',
      'county',
      null,
    ]);
  });
});

const COMMON = { by: 'office', occurredAt: '2026-03-02T15:00:00.000Z' };
const DESCRIBED = { name: 'Union', kind: 'place' as const, ocdId: null, state: 'Ohio', seat: null, timeZone: null };
const code = (of: string) => expect.objectContaining({ code: of });

describe('a party', () => {
  it('is registered once, and again only by who says that it is another', () => {
    const like = [party('Union', { how: 'name' })];
    const ids = { entry: 'e', party: 'p' };
    expect(() => registerParty(like, DESCRIBED, false, ids, COMMON)).toThrow(code('party-known'));
    expect(registerParty(like, DESCRIBED, true, ids, COMMON)).toMatchObject({
      kind: 'party.registered',
      audience: 'public',
    });
    const id = 'ocd-division/country:us/state:oh/place:union';
    const same = [party('Union', { ocdId: id, how: 'id' })];
    expect(() => registerParty(same, { ...DESCRIBED, ocdId: id }, true, ids, COMMON)).toThrow(code('party-known'));
  });

  const standing = {
    now: { ...DESCRIBED, id: 'p', ended: false },
    entry: 'first',
    since: '2026-01-01T00:00:00.000Z',
    holder: null,
  };
  const given = { ...DESCRIBED, name: 'Union Metro', ended: false, reason: 'Merged.', wasWrong: false };
  const NOW = '2026-03-02T15:00:00.000Z';

  it('changes from a day on; a correction takes the time and the place of what it corrects', () => {
    const at = '2026-02-01T23:59:59.999Z';
    expect(describeAnew(standing, given, 'e', 'office', at, NOW)).toMatchObject({
      kind: 'party.changed',
      occurredAt: at,
    });
    expect(describeAnew(standing, { ...given, wasWrong: true }, 'e', 'office', at, NOW)).toMatchObject({
      kind: 'party.corrected',
      occurredAt: standing.since,
      corrects: 'first',
    });
  });

  it.each([
    ['nothing-new', standing, { ...given, name: 'Union' }, NOW],
    ['id-of-another', { ...standing, holder: party('Elm') }, given, NOW],
    ['changed-in-future', standing, given, '2026-03-03T00:00:00.000Z'],
    ['changed-before-known', standing, given, '2025-01-01T00:00:00.000Z'],
  ])('%s', (of, before, change, at) => {
    expect(() => describeAnew(before, change, 'e', 'office', at, NOW)).toThrow(code(of));
  });

  it('has a further name that others may have too, and an id that is its own', () => {
    const alias = { party: 'p', of: 'name' as const, value: 'Union', note: null };
    const ids = { entry: 'e', alias: 'a' };
    expect(addAlias(alias, [party('Elm')], ids, COMMON)).toMatchObject({ kind: 'alias.added' });
    expect(() => addAlias({ ...alias, of: 'ocd-id' }, [party('Elm')], ids, COMMON)).toThrow(code('alias-of-another'));
    expect(() => addAlias(alias, [party('p')], ids, COMMON)).toThrow(code('alias-known'));
  });
});

describe('an address', () => {
  const note = (change: object) =>
    noteChannel(
      [{ id: 'c', type: 'mail', address: 'old@union.example.gov' }],
      { party: 'p', type: 'mail', address: 'new@union.example.gov', label: null, replaces: null, ...change },
      { entry: 'e', channel: 'n' },
      COMMON,
    );

  it('is for whoever notes it alone', () => {
    expect(note({ replaces: 'c' })).toMatchObject({ kind: 'channel.noted', audience: 'own', body: { replaces: 'c' } });
    expect(note({ type: 'phone', address: '+1 (555) 010-0199 x12' })).toMatchObject({ audience: 'own' });
    expect(note({ type: 'postal', address: '1 Main Street, Union' })).toMatchObject({ audience: 'own' });
  });

  it.each([
    ['channel-refused', { address: 'a@b\r\nBcc: c@d.example' }],
    ['channel-refused', { type: 'phone', address: 'call me' }],
    ['channel-refused', { type: 'postal', address: 'Union' }],
    ['channel-unknown', { replaces: 'x' }],
    ['channel-unknown', { type: 'phone', address: '+1 555 0100', replaces: 'c' }],
    ['channel-known', { address: 'OLD@union.example.gov' }],
  ])('%s', (of, change) => {
    expect(() => note(change)).toThrow(code(of));
  });
});
