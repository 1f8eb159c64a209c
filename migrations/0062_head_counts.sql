-- The meeting whose heads a figure counts, where it counts any.
alter table view.figure add column meeting uuid;
create index figure_meeting on view.figure (meeting) where meeting is not null;
