-- The API key through which a key was made: taking that one back ends this one too. It is known from
-- the audit log for those from before.
alter table api_keys add column made_with text;
update api_keys set made_with = (
    select min(a.actor) from audit a
    where a.issuer_id = api_keys.issuer_id and a.action = 'api-key.new'
    and a.subject = api_keys.api_key_id
    and a.actor in (select k.api_key_id from api_keys k where k.issuer_id = a.issuer_id)
);

-- Who of the organisation was shown the link that lets a learner in, and until when they could have
-- been in with it. What is worked on meanwhile they do not decide on.
create table learner_link_hands (
    issuer_id text not null,
    person_id text not null,
    -- A member; of an API key the member who made it, or the key itself.
    hand text not null,
    shown_at timestamptz not null,
    until timestamptz not null,
    primary key (issuer_id, person_id, hand, shown_at),
    foreign key (issuer_id, person_id) references people (issuer_id, person_id)
);
