/** A whole server with one office, a public matter and a meeting to which three parties are invited by name. Nobody has a letter yet. */
import type { ParsedMail } from 'mailparser';
import { addParty, giveChannel } from '../../src/rooms/directory/commands.ts';
import { openMatter } from '../../src/rooms/matters/commands.ts';
import { formOf } from './answering.ts';
import { type Browser, enter, firstOwner } from './people.ts';
import { addressOf, type World, world } from './world.ts';

export type Invitedness = Awaited<ReturnType<typeof invitedWorld>>;

const OWNER = 'owner@office.example.gov';
export const INVITEES = ['City of Exampleton', 'Town of Sampleville', 'County of Nowhere'] as const;

export async function invitedWorld() {
  const w: World = await world({ whole: true, now: Date.parse('2026-03-02T15:00:00.000Z') });
  const staff = await firstOwner(w, OWNER, 'Office of Examples');
  const { rows } = await w.owner.query<{ party: string }>('select party from work.organisation');
  const office = { party: rows[0]?.party ?? '', partyName: 'Office of Examples' };
  const input = { title: 'Meetings on roads', slug: 'roads', summary: '', audience: 'public' as const };
  const { id: matter } = await openMatter(w.services, office, input, w.t.newId());
  for (const [i, name] of INVITEES.entries()) {
    const form = { name, kind: 'place', ocdId: '', state: 'Example State', seat: '', timeZone: '' } as const;
    const party = await addParty(w.services, office.party, form, w.t.newId());
    if (i > 0) continue;
    const channel = { type: 'mail', address: 'mayor@place.example.gov', label: '', replaces: '' } as const;
    await giveChannel(w.services, office.party, party, channel, w.t.newId());
  }
  const meetings = `/desk/matters/${matter}/meetings`;
  const send = async (page: string, action: string, fields: Readonly<Record<string, string>>) =>
    await staff.post(action, { ...formOf((await staff.get(page)).text, action).values, ...fields });
  const called = await send(meetings, meetings, {
    subject: 'Roads and bridges',
    convener: 'Office of Examples',
    place: 'Exampleton, town hall',
    day: '2026-03-20',
    time: '11:00',
    until: '13:00',
    zone: 'America/New_York',
    capacity: '2',
    agenda: 'What each place needs.',
  });
  const meeting = called.to ?? '';
  await send(meeting, `${meeting}/invitations`, { invitees: INVITEES.join('\n') });
  const people = await w.db.selectFrom('view.participant').select(['id', 'name']).execute();
  return {
    ...w,
    staff,
    office,
    matter,
    slug: 'roads',
    meetings,
    /** path of the meeting's page on the desk */
    meeting,
    /** participants by name */
    ids: Object.fromEntries(people.map((one) => [one.name, one.id])) as Readonly<Record<string, string>>,
    send,
    at: (text: string) => w.clock.set(Date.parse(text)),
    /** Sends everything that waits, receipts and all. */
    async mailOut(): Promise<void> {
      await w.publish();
      await w.post.round();
    },
    async mailsTo(address: string): Promise<readonly ParsedMail[]> {
      return (await w.mails()).filter((mail) => addressOf(mail) === address);
    },
    /** Comes in by link and code. */
    enter: (address: string, link?: string): Promise<{ readonly b: Browser }> => enter(w, address, link),
    /** Serves on all three, and the letters leave. */
    async served(): Promise<void> {
      const path = `${meeting}/serve`;
      const mailboxes = ['mayor@place.example.gov', 'clerk@town.example.gov', 'office@county.example.gov'];
      const ids = Object.fromEntries(people.map((one) => [one.name, one.id]));
      const fields = Object.fromEntries(INVITEES.map((name, i) => [`address-${ids[name]}`, mailboxes[i] ?? '']));
      await send(path, path, fields);
      await w.publish();
      await w.post.round();
    },
  };
}
