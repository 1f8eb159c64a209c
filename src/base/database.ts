/**
 * The tables as the program sees them, one interface a table, the same names as in `migrations/`. Times come back as `Date`,
 * bigint as `number` (positions stay below 2^53), jsonb as `unknown`: a room's view.ts parses it with its zod schema.
 */
import type { ColumnType, Generated } from 'kysely';

type Time = ColumnType<Date, Date | string, Date | string>;
type Json = ColumnType<unknown, string, string>;

interface Fact {
  seq: number;
  occurred_at: Time;
  recorded_at: Time;
}

export interface Database {
  'ledger.entry': Fact & {
    id: string;
    stream: string;
    kind: string;
    matter: string | null;
    by_party: string;
    audience: string;
    corrects: string | null;
    /** RFC 8785 text, and the opening; both null once the entry was erased */
    canonical: string | null;
    opening: Buffer | null;
    commitment: Buffer;
  };
  'ledger.command': { key: string; first_seq: number; count: number };
  'log.head': { only_row: boolean; size: number; recorded_at: Time };
  'log.tree': { only_row: boolean; size: number; signer: string | null };
  'log.tile': { level: number; n: number; data: Buffer };
  'log.checkpoint': { size: number; signed_at: Time; note: string };
  'log.cosignature': {
    n: Generated<number>;
    size: number;
    witness: string;
    line: string;
    cosigned_at: Time;
    collected_at: Time;
  };
  'log.timestamp': {
    size: number;
    tsa: string;
    request: Buffer;
    response: Buffer;
    gen_time: Time;
    received_at: Time;
  };
  'log.quorum': { policy: string; size: number };

  'witness.seen': { origin: string; size: number; root: Buffer; note: string; cosigned_at: number };
  'witness.alarm': {
    id: string;
    kind: string;
    who: string;
    at_size: number;
    our_size: number;
    evidence: Json;
    raised_at: Time;
  };
  'witness.acknowledgement': { alarm: string; reason: string; name: string; party: string; at: Time };
  'witness.state': {
    witness: string;
    trouble: string | null;
    failures: number;
    signed: Generated<number>;
    tried_at: Time;
  };

  'view.party': Fact & {
    id: string;
    name: string;
    kind: string;
    ocd_id: string | null;
    state: string | null;
    bare: string;
  };
  'view.party_change': Fact & {
    entry: string;
    party: string;
    corrects: string | null;
    name: string;
    kind: string;
    ocd_id: string | null;
    state: string | null;
    seat: string | null;
    time_zone: string | null;
    ended: boolean;
    reason: string;
    source: Json | null;
    bare: string;
  };
  'view.party_detail': Fact & {
    party: string;
    entry: string;
    seat: string | null;
    time_zone: string | null;
    list: string | null;
  };
  'view.party_alias': Fact & {
    entry: string;
    id: string;
    party: string;
    what: string;
    value: string;
    note: string | null;
    bare: string | null;
  };
  'view.alias_withdrawal': Fact & { entry: string; alias: string; party: string; reason: string };
  'view.channel': Fact & {
    entry: string;
    id: string;
    by_party: string;
    party: string;
    type: string;
    address: string;
    label: string | null;
    replaces: string | null;
    audience: string;
  };
  'view.channel_end': Fact & { entry: string; channel: string; by_party: string; party: string; reason: string };
  'view.matter': Fact & {
    id: string;
    slug: string;
    title: string;
    summary: string;
    issuer: string;
    audience: string;
    example: boolean;
  };
  'view.note': Fact & { id: string; matter: string; text: string; source: Json; audience: string };
  'view.person': Fact & { entry: string; id: string; name: string; note: string | null };
  'view.office': Fact & { entry: string; id: string; party: string; title: string };
  'view.holding': Fact & {
    entry: string;
    id: string;
    office: string;
    person: string;
    from_on: string | null;
    until_on: string | null;
    source: Json;
  };
  'view.person_change': Fact & { entry: string; person: string; name: string; note: string | null; reason: string };
  'view.membership': Fact & {
    entry: string;
    id: string;
    association: string;
    person: string | null;
    member: string | null;
    role: string;
    from_on: string | null;
    until_on: string | null;
    source: Json;
  };
  'view.affiliation': Fact & {
    entry: string;
    id: string;
    person: string;
    among: string;
    from_on: string | null;
    until_on: string | null;
    source: Json;
  };
  'view.term': Fact & {
    entry: string;
    term: string;
    of: string;
    from_on: string | null;
    until_on: string | null;
    withdrawn: boolean;
    reason: string;
    source: Json | null;
  };
  'view.source': Fact & {
    entry: string;
    id: string;
    matter: string;
    publisher: string;
    title: string;
    published: string | null;
    url: string | null;
    fetched_at: Time;
    hash: string;
    bytes: number;
    audience: string;
  };
  'view.review_setting': Fact & { entry: string; party: string; second: boolean; reviewer: string };
  'view.subject': Fact & { subject: string; matter: string | null; tomb: boolean };
  'view.embargo': Fact & {
    entry: string;
    subject: string;
    matter: string;
    what: string;
    until: Time;
    zone: string | null;
    reason: string | null;
    audience: string;
  };
  'view.takedown': Fact & {
    entry: string;
    subject: string;
    matter: string;
    kind: string;
    down: boolean;
    reason: string;
    decided_by: string;
    audience: string;
  };
  'view.statement': Fact & {
    entry: string;
    id: string;
    matter: string;
    holding: string | null;
    speaker: Json;
    words: string;
    form: string;
    medium: string;
    outlet: string | null;
    day_only: boolean;
    source: string;
    anchor: Json | null;
    about: string[];
    audience: string;
    corrects: string | null;
    note: string | null;
    corrected_by: string | null;
  };
  'view.figure': Fact & {
    entry: string;
    id: string;
    matter: string;
    measure: string;
    unit: string;
    low: string;
    high: string | null;
    qualifier: string;
    original_value: string;
    as_of: string | null;
    claimant: string;
    holding: string | null;
    meeting: string | null;
    source: string;
    anchor: Json | null;
    audience: string;
    corrects: string | null;
    note: string | null;
    corrected_by: string | null;
  };
  'view.figure_rank': Fact & {
    entry: string;
    figure: string;
    matter: string;
    rank: string;
    reason: string;
    audience: string;
  };
  'view.meeting': Fact & {
    entry: string;
    id: string;
    matter: string;
    convener: string;
    subject: string;
    place: string | null;
    starts_at: Time;
    ends_at: Time | null;
    day_only: boolean;
    capacity: number | null;
    agenda: string;
    zone: string | null;
    audience: string;
  };
  'view.meeting_change': Fact & {
    entry: string;
    meeting: string;
    matter: string;
    cancelled: boolean;
    changes: Json | null;
    reason: string;
    audience: string;
  };
  'view.participant': Fact & {
    entry: string;
    id: string;
    meeting: string;
    matter: string;
    name: string;
    office: string | null;
    holding: string | null;
    party: string;
    party_name: string;
    kind: string;
    state: string | null;
    audience: string;
  };
  'view.participation': Fact & {
    entry: string;
    meeting: string;
    matter: string;
    participant: string;
    partstat: string;
    delegate: string | null;
    reason: string | null;
    said_by: string;
    sayer: string | null;
    day_only: boolean;
    through: string | null;
    source: string | null;
    anchor: Json | null;
    audience: string;
  };
  'view.attendance': Fact & {
    entry: string;
    meeting: string;
    matter: string;
    participant: string;
    attended: boolean | null;
    audience: string;
  };
  'view.invitation': Fact & {
    entry: string;
    invitation: string;
    meeting: string;
    matter: string;
    issuer: string;
    recipient: string;
    called: string;
    uid: string;
    sequence: number;
    leaves_at: Time;
    audience: string;
  };
  'view.invitation_evidence': Fact & {
    entry: string;
    invitation: string;
    meeting: string;
    event: string;
    channel: string;
    address: string | null;
    detail: string | null;
    audience: string;
  };
  'view.invitation_answer': Fact & {
    entry: string;
    id: string;
    invitation: string;
    meeting: string;
    partstat: string;
    delegate: string | null;
    reason: string | null;
    openly: boolean;
    proposal: Json | null;
    through: string;
    acted_by: Json | null;
    mail: Json | null;
    audience: string;
  };
  'view.request': Fact & {
    id: string;
    matter: string;
    issuer: string;
    title: string;
    authority: string;
    compulsory: boolean;
    conduct: string;
    items: Json;
    due_rule: Json;
    letter: Json;
    audience: string;
    predecessor: string | null;
  };
  'view.ladder': Fact & { entry: string; request: string; steps: Json };
  'view.step': Fact & {
    entry: string;
    service: string;
    request: string;
    run: string;
    step: number;
    kind: string;
    items: Json;
    due_on: string;
  };
  'view.step_withdrawal': Fact & { request: string; run: string; reason: string };
  'view.revocation': Fact & { request: string; reason: string };
  'view.service': Fact & {
    id: string;
    request: string;
    matter: string;
    recipient: string;
    name: string;
    kind: string;
    state: string | null;
    ocd_id: string | null;
    zone: string | null;
    due_on: string;
    due_at: Time;
    working: Json;
    cells: Json | null;
    merge: Json;
    audience: string;
    predecessor: string | null;
    carried: ColumnType<unknown, string | null, string | null>;
  };
  'view.due': Fact & {
    entry: string;
    service: string;
    request: string;
    due_on: string | null;
    due_at: Time | null;
    paused_until: Time | null;
    cells: Json;
    uneven: Json | null;
  };
  'view.extension_ask': Fact & {
    entry: string;
    service: string;
    request: string;
    until_on: string;
    items: Json | null;
    reason: string;
  };
  'view.extension_answer': Fact & { entry: string; ask: string; service: string; request: string; outcome: string };
  'view.reminder_setting': Fact & { entry: string; request: string; days: Json; most: number };
  'view.reminder': Fact & { entry: string; service: string; request: string; due_on: string; days: number };
  'view.reminder_wish': Fact & { entry: string; service: string; request: string; wanted: boolean };
  'view.consequence': Fact & {
    id: string;
    matter: string;
    request: string;
    recipients: Json | null;
    kind: string;
    programme: string;
    fiscal_year: number | null;
    cents: number | null;
    currency: string | null;
    words: string;
    source: Json | null;
    audience: string;
  };
  'view.consequence_change': Fact & {
    entry: string;
    consequence: string;
    matter: string;
    recipients: Json | null;
    what: string;
    status: string | null;
    cents: number | null;
    currency: string | null;
    reason: string;
    court_order: string | null;
    source: Json | null;
    audience: string;
  };
  'view.court_order': Fact & {
    id: string;
    matter: string;
    court: string;
    docket: string;
    judge: string | null;
    on_date: string;
    effect: string;
    words: string;
    scope: Json;
    geography: Json;
    of_orders: Json;
    compel: string | null;
    document: Json | null;
    source: Json | null;
    audience: string;
  };
  'view.recount': Fact & {
    entry: string;
    cause: string;
    service: string;
    request: string;
    matter: string;
    audience: string;
  };
  'view.closing': Fact & {
    entry: string;
    party: string;
    by_party: string;
    event: Json | null;
    withdraws: string | null;
    reason: string | null;
    source: string | null;
  };
  'view.handover': Fact & {
    entry: string;
    from_vkey: string;
    to_vkey: string;
    size: number;
    root: string;
    lost: boolean;
    statement: string;
    checkpoint: string;
  };
  'view.erasure': Fact & {
    entry: string;
    matter: string | null;
    by_party: string;
    audience: string;
    what: string;
    target_seq: number | null;
    target: string | null;
    document: string | null;
    authority: string;
    reason: string;
  };
  'view.evidence': Fact & { service: string; event: string; detail: Json };
  'view.answer': Fact & { id: string; service: string; round: number; body: Json };
  'view.item_answer': Fact & {
    entry: string;
    service: string;
    request: string;
    item: number;
    disposition: string;
    answer: string;
    documents: number;
    carried_from: string | null;
  };
  'view.item_determination': Fact & {
    entry: string;
    service: string;
    request: string;
    item: number;
    finding: string;
    reasons: string;
    answer: string;
  };

  'work.organisation': { auth_id: string; party: string };
  'work.request_draft': {
    id: string;
    matter: string;
    body: Json;
    version: Generated<number>;
    request: string | null;
    updated_at: Time;
    recipients_version: Generated<number>;
    serving: ColumnType<unknown, string | null | undefined, string | null>;
    checking: ColumnType<unknown, string | null | undefined, string | null>;
    served_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
    orders_told_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.recipients_file': {
    id: string;
    draft: string;
    whole: Generated<boolean>;
    lines: Generated<number>;
    stage: Generated<string>;
    done: Generated<number>;
    total: Generated<number>;
    problems: Generated<number>;
    refused: ColumnType<string | null, string | null | undefined, string | null>;
    created_at: Time;
  };
  'work.recipients_part': { file: string; n: number; bytes: Buffer };
  'work.directory_import': {
    id: string;
    party: string;
    name: string;
    form: string;
    mapping: ColumnType<unknown, string | null, string | null>;
    state: string;
    total: Generated<number>;
    done: Generated<number>;
    notes: ColumnType<unknown, string | undefined, string>;
    trouble: string | null;
    taken_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
    created_at: Time;
    updated_at: Time;
  };
  'work.directory_import_file': { import: string; file: number; n: number; name: string; data: Buffer };
  'work.directory_import_row': {
    import: string;
    n: number;
    file: string;
    line: number;
    what: string;
    name: string;
    party: string | null;
    body: Json;
    before: ColumnType<unknown, string | null, string | null>;
    problem: string | null;
    chosen: boolean;
  };
  'work.draft_problem': { draft: string; line: number; what: string };
  'work.draft_recipient': {
    draft: string;
    line: number;
    name: string;
    kind: string;
    state: string | null;
    ocd_id: string | null;
    zone: ColumnType<string | null, string | null | undefined, string | null>;
    email: string | null;
    party: string | null;
    merge: Json;
    predecessor: ColumnType<string | null, string | null | undefined, string | null>;
  };
  'work.step_run': {
    id: string;
    request: string;
    step: number;
    kind: string;
    words: string;
    role: string;
    started_at: Time;
    leaves_at: Time;
    total: number;
    ended: string | null;
    trouble: string | null;
  };
  'work.step_recipient': { run: string; n: number; service: string; outcome: string | null };
  'work.contact': { service: string; address: string };
  'work.mail_in': {
    id: string;
    key: Buffer;
    received_at: Time;
    raw: Buffer;
    bytes: number;
    read: Json | null;
    sender: string | null;
    subject: string | null;
    state: Generated<string>;
    why: string | null;
    detail: string | null;
    party: string | null;
    invitation: string | null;
    entry: string | null;
    settled_by: string | null;
    settled_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.invitation': { invitation: string; tag: string };
  'work.moved_seen': {
    user_id: string;
    party: string;
    seen_seq: Generated<number>;
    every: Generated<string>;
    told_seq: Generated<number>;
    told_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.follower': {
    id: string;
    matter: string;
    address: string;
    address_hash: Buffer;
    every: string;
    follows: Generated<boolean>;
    asked_at: Time;
    mails: Generated<number>;
    told_seq: Generated<number>;
    told_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.follower_link': { hash: Buffer; follower: string | null; does: string; made_at: Time };
  'work.calendar_feed': {
    id: string;
    hash: Buffer;
    user_id: string | null;
    party: string | null;
    address: string | null;
    service: string | null;
    created_at: Time;
    revoked_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.writing': {
    id: string;
    matter: string;
    kind: string;
    values: Json;
    state: string;
    version: Generated<number>;
    thing: string | null;
    corrects: string | null;
    author: string;
    author_name: string;
    writers: Json;
    note: string | null;
    note_by: string | null;
    deleted_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
    created_at: Time;
    updated_at: Time;
  };
  'work.order_draft': { id: string; matter: string; form: Json; document: Json | null; created_at: Time };
  'work.outbox': {
    id: Generated<number>;
    kind: string;
    key: string;
    service: string | null;
    request: string | null;
    entry: string | null;
    address: string;
    params: ColumnType<unknown, string | undefined, string>;
    not_before: Time;
    state: Generated<string>;
    attempts: Generated<number>;
    error: string | null;
    message_id: string | null;
    sent_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.recount': {
    id: string;
    cause: string;
    request: string;
    services: string[] | null;
    event: ColumnType<unknown, string | null | undefined, string | null>;
    reason: string;
    done: Generated<number>;
    moved: Generated<number>;
    total: number | null;
    after: string | null;
    trouble: string | null;
    finished_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
    created_at: ColumnType<Date, Date | string | undefined, Date | string>;
    taken_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.link': {
    hash: Buffer;
    service: string;
    address: string;
    created_at: Time;
    expires_at: Time;
    replaced_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
    wrong_codes: Generated<number>;
    locked_until: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.code': {
    id: string;
    link: Buffer;
    hash: Buffer;
    created_at: Time;
    expires_at: Time;
    tries: Generated<number>;
    used_at: ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
  };
  'work.recipient_session': {
    hash: Buffer;
    service: string;
    address: string;
    link: Buffer;
    created_at: Time;
    expires_at: Time;
  };
  'work.answer_draft': { service: string; version: Generated<number>; body: Json; updated_at: Time };
  'work.upload': {
    id: string;
    service: string;
    item: number;
    sha256: string;
    bytes: number;
    name: string;
    type: string;
    stored_at: Time;
  };
}
