-- Wrong passwords and codes, so that every process of a service counts them alike and a restart
-- forgets none. No tenant: who signs in has not said yet for whom.
create table guesses (
    -- Whom they were for: an account's id, or the keyed hash of an address, known or not.
    about bytea not null primary key,
    -- Seconds since 1970. Each guess moves it on by what one is worth; once it has passed, none is
    -- remembered.
    until bigint not null
);
create index guesses_until on guesses (until);
