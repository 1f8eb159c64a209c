/** Given a team, when somebody changes it, then what: rules without a database. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Conflict, InvalidInput, NotFound, RuleRefusal } from '../../base/errors.ts';
import type { Member, Team } from './port.ts';
import { cancel, changeRole, invite, localPath, Name, readForm, remove, renew, SetupForm } from './rules.ts';

const member = (id: string, role: Member['role']): Member => ({
  id,
  userId: `user-${id}`,
  name: id.toUpperCase(),
  email: `${id}@example.gov`,
  role,
  since: new Date(0),
});
const team = (...members: Member[]): Team => ({
  organisation: { id: 'o', name: 'Department of Examples' },
  members,
  invitations: [{ id: 'i1', email: 'new@example.gov', role: 'editor', expiresAt: new Date(0) }],
});

describe('the last owner', () => {
  const alone = team(member('a', 'owner'), member('b', 'editor'));
  const two = team(member('a', 'owner'), member('b', 'owner'));
  it('cannot be removed or demoted', () => {
    expect(() => remove(alone, 'a')).toThrow(RuleRefusal);
    expect(() => changeRole(alone, 'a', 'editor')).toThrow(RuleRefusal);
    expect(() => changeRole(alone, 'a', 'viewer')).toThrow(/only owner/);
  });
  it('is not the last when there is another', () => {
    expect(remove(two, 'a')).toEqual({ kind: 'remove', member: 'a', userId: 'user-a' });
    expect(changeRole(two, 'b', 'viewer')).toEqual({ kind: 'role', member: 'b', role: 'viewer' });
  });
  it('may stay owner, and others may come and go', () => {
    expect(changeRole(alone, 'a', 'owner').role).toBe('owner');
    expect(remove(alone, 'b').member).toBe('b');
    expect(changeRole(alone, 'b', 'owner').role).toBe('owner');
    expect(() => remove(alone, 'gone')).toThrow(NotFound);
  });
});

describe('invitations', () => {
  const t = team(member('a', 'owner'));
  it('last seven days', () => {
    expect(invite(t, { email: 'x@example.gov', role: 'viewer' }, 'tok', 1000).expiresAt.getTime()).toBe(
      1000 + 7 * 86_400_000,
    );
  });
  it('are not given to members, nor twice', () => {
    expect(() => invite(t, { email: 'a@example.gov', role: 'viewer' }, 'tok', 0)).toThrow(InvalidInput);
    expect(() => invite(t, { email: 'new@example.gov', role: 'viewer' }, 'tok', 0)).toThrow(Conflict);
  });
  it('are renewed under a new id and cancelled by address', () => {
    expect(renew(t, 'new@example.gov', 'tok2', 0)).toMatchObject({ invitation: 'i1', id: 'tok2' });
    expect(cancel(t, 'new@example.gov')).toEqual({ kind: 'cancel', invitation: 'i1' });
    expect(() => cancel(t, 'other@example.gov')).toThrow(NotFound);
  });
});

describe('where to go next', () => {
  it.each(['/desk', '/desk/requests/1/board?kind=city#x', '/record/2018-letters?asOf=2018-01-25T06:53:00Z'])(
    'keeps %s',
    (path) => {
      expect(localPath(path)).toBe(path);
    },
  );
  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'javascript:alert(1)',
    '/\t/evil.example',
    '/a\r\nset-cookie: x=y',
    '/a\\b',
    '',
    '/sign-out',
    undefined,
    `/${'a'.repeat(600)}`,
  ])('refuses %j', (path) => {
    expect(localPath(path)).toBe('/desk');
  });
  it('never leaves this server, whatever is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ maxLength: 30 }),
          fc
            .tuple(fc.constantFrom('/', '//', '/\\', '/\t/', 'http://'), fc.string({ maxLength: 30 }))
            .map((p) => p.join('')),
        ),
        (next) => {
          const url = new URL(localPath(next), 'https://here.example.gov');
          expect(url.origin).toBe('https://here.example.gov');
        },
      ),
    );
  });
});

describe('forms', () => {
  it('names every field that is wrong', () => {
    try {
      readForm(SetupForm, { organisation: ' ', kind: 'gang', timeZone: 'Mars/Base', email: 'nobody' });
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      if (error instanceof InvalidInput)
        expect(Object.keys(error.fields).sort()).toEqual(['email', 'kind', 'name', 'organisation', 'timeZone']);
    }
  });
  it('takes names of one line only, without direction marks', () => {
    expect(Name.parse('  City  of\nSampleton ')).toBe('City of Sampleton');
    expect(Name.safeParse('abc\u202Egov').success).toBe(false);
    expect(Name.safeParse('a\u0000b').success).toBe(false);
  });
});
