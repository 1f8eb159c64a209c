-- Links to one mailbox live on beside each other (docs/decisions/0022): those that a later mail to the same address had replaced work again.
update work.link old set replaced_at = null
where replaced_at is not null
  and address = (select newest.address from work.link newest where newest.service = old.service order by newest.created_at desc, newest.hash limit 1);
-- Wrong codes are counted for the mailbox from now on.
update work.link one set wrong_codes = most.wrong_codes, locked_until = most.locked_until
from (
  select service, address, max(wrong_codes) as wrong_codes, max(locked_until) as locked_until
  from work.link where replaced_at is null group by service, address
) most
where one.service = most.service and one.address = most.address and one.replaced_at is null;
