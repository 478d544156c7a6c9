-- Until when a file may still be on its way: it is noted here before it is kept, so that one whose
-- record was never made is deleted. Null: something referred to it, and nothing does any more.
alter table forgotten_files add column coming_until timestamptz;

-- The pathway that a program follows. It stands apart so that both engines hold it to a version that
-- there is. What a program said of a pathway that was never written down is not carried over.
create table program_pathways (
    issuer_id text not null,
    program_id text not null,
    pathway_id text not null,
    version bigint not null,
    primary key (issuer_id, program_id),
    foreign key (issuer_id, program_id) references programs (issuer_id, program_id),
    foreign key (issuer_id, pathway_id, version)
        references pathways (issuer_id, pathway_id, version)
);
insert into program_pathways (issuer_id, program_id, pathway_id, version)
    select p.issuer_id, p.program_id, v.pathway_id, max(v.version)
    from programs p join pathways v
        on v.issuer_id = p.issuer_id and v.pathway_id = p.pathway_id
        and (p.pathway_version is null or v.version = p.pathway_version)
    group by p.issuer_id, p.program_id, v.pathway_id;
alter table programs drop column pathway_id;
alter table programs drop column pathway_version;
