-- Where a due rule counts by the recipient's days, its time zone: as it was given or follows from its state, and as it was served.
alter table view.service add column zone text;
alter table work.draft_recipient add column zone text;
