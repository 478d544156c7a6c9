-- A version of a map or rubric that something rests on can be read by anybody, at the address that
-- exported files name it by: without the organisation, which the address does not say.
create index competency_maps_by_id on competency_maps (map_id, version);
create index rubrics_by_id on rubrics (rubric_id, version);
