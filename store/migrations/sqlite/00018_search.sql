-- +goose Up

-- What the list of deliveries can be narrowed by, kept with each delivery: a page of
-- the list is read from one index then.
ALTER TABLE deliveries ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN project TEXT NOT NULL DEFAULT '';
UPDATE deliveries SET
    kind = (SELECT e.kind FROM events e WHERE e.id = deliveries.event_id),
    project = (SELECT coalesce(json_extract(e.body, '$.ticket.project.key'), '') FROM events e WHERE e.id = deliveries.event_id);

DROP INDEX deliveries_newest;
CREATE INDEX deliveries_newest ON deliveries (created_at, id, channel, kind, project);
DROP INDEX deliveries_ticket;
CREATE INDEX deliveries_ticket ON deliveries (ticket_id, created_at, id);
CREATE INDEX deliveries_amiss ON deliveries (status, created_at, id) WHERE status IN ('retrying', 'failed', 'dead', 'skipped', 'canceled');
CREATE INDEX deliveries_code ON deliveries (code, created_at, id) WHERE code <> '';

-- search_terms is where a typed word leads: kind says whether subject is a ticket's id
-- or a person's key, term is a piece of what it is called, in small letters. What was
-- there before is cut at every character.
CREATE TABLE search_terms (
    kind    TEXT NOT NULL,
    term    TEXT NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (kind, term, subject)
) WITHOUT ROWID;
WITH RECURSIVE places (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM places WHERE n < 256)
INSERT INTO search_terms (kind, term, subject)
SELECT DISTINCT 'ticket', lower(substr(t.title, n, 24)), t.id FROM tickets t JOIN places ON n <= length(t.title)
UNION SELECT DISTINCT 'ticket', lower(substr(t.key, n, 24)), t.id FROM tickets t JOIN places ON n <= length(t.key);
WITH RECURSIVE places (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM places WHERE n < 64),
named (person, name) AS (SELECT DISTINCT person, coalesce(json_extract(reader, '$.name'), '') FROM deliveries)
INSERT INTO search_terms (kind, term, subject)
SELECT DISTINCT 'person', lower(substr(name, n, 24)), person FROM named JOIN places ON n <= length(name)
UNION SELECT DISTINCT 'person', lower(substr(person, n, 24)), person FROM named JOIN places ON n <= length(person);
