-- Who of the organisation had a hand in an attempt: opened it, proposed, added or took away
-- evidence, handed it in. Only ever added to, so that nobody's part is written over by a colleague's.
create table attempt_hands (
    issuer_id text not null,
    attempt_id text not null,
    -- A member; of an API key the member who made it, or the key itself.
    hand text not null,
    primary key (issuer_id, attempt_id, hand),
    foreign key (issuer_id, attempt_id) references attempts (issuer_id, attempt_id)
);
insert into attempt_hands (issuer_id, attempt_id, hand)
    select issuer_id, attempt_id, opened_by from attempts where opened_by <> 'learner'
    union select issuer_id, attempt_id, actor from attempt_scores
        where voice = 'proposed' and actor <> 'learner'
    union select issuer_id, attempt_id, added_by from attempt_evidence where added_by <> 'learner';
