// Written by `npm run messages` from the English files; do not edit.
type None = Record<never, never>;
/** Messages that are text, with what they are given. */
export interface Plain {
  'ui.count.answers': { n: 'number' };
  'ui.count.changes': { n: 'number' };
  'ui.count.clocks': { n: 'number' };
  'ui.count.consequences': { n: 'number' };
  'ui.count.days': { n: 'number' };
  'ui.count.entries': { n: 'number' };
  'ui.count.files': { n: 'number' };
  'ui.count.items': { n: 'number' };
  'ui.count.letters': { n: 'number' };
  'ui.count.meetings': { n: 'number' };
  'ui.count.minutes': { n: 'number' };
  'ui.count.orders': { n: 'number' };
  'ui.count.parties': { n: 'number' };
  'ui.count.people': { n: 'number' };
  'ui.count.recipients': { n: 'number' };
  'ui.count.requests': { n: 'number' };
  'ui.count.rows': { n: 'number' };
  'ui.foot.log': { origin: 'text' };
  'ui.language': None;
  'ui.nav': None;
  'ui.nav.desk': None;
  'ui.nav.history': None;
  'ui.nav.leave': None;
  'ui.nav.search': None;
  'ui.nav.sign-in': None;
  'ui.nav.sign-out': None;
  'ui.skip': None;
}
/** Messages with elements inside. */
export interface Tagged {
  'ui.foot.free': { source: 'tag' };
  'ui.foot.what': { verify: 'tag' };
  'ui.nav.account': { name: 'text'; organisation: 'text'; who: 'tag' };
  'ui.nav.verify': { more: 'tag' };
}
