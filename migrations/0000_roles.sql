-- The role that the running server works as. Later migrations grant it what it may do; it never owns anything, so a grant
-- that is missing is a right that is missing. It cannot log in: connections sign in as the owner and take this role at once.
do $$
begin
  if not exists (select from pg_roles where rolname = 'counterfoil_app') then
    begin
      create role counterfoil_app nologin;
    exception when duplicate_object or unique_violation then
      null; -- another database of the same cluster was migrated at this moment; roles belong to the cluster
    end;
  end if;
  -- A superuser may take any role. Everyone else needs membership; PostgreSQL 16 and later give a creator ADMIN without SET.
  if not (select rolsuper from pg_roles where rolname = current_user) and not pg_has_role(current_user, 'counterfoil_app', 'MEMBER') then
    execute format('grant counterfoil_app to %I', current_user);
  elsif not (select rolsuper from pg_roles where rolname = current_user) and current_setting('server_version_num')::int >= 160000 then
    if not pg_has_role(current_user, 'counterfoil_app', 'SET') then
      execute format('grant counterfoil_app to %I with set true', current_user);
    end if;
  end if;
end
$$;
