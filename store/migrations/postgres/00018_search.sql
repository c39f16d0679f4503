-- +goose Up

-- What the list of deliveries can be narrowed by, kept with each delivery: a page of
-- the list is read from one index then.
ALTER TABLE deliveries ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE deliveries ADD COLUMN project TEXT NOT NULL DEFAULT '';
UPDATE deliveries d SET kind = e.kind, project = coalesce(CAST(e.body AS json) #>> '{ticket,project,key}', '')
FROM events e WHERE e.id = d.event_id;

DROP INDEX deliveries_newest;
CREATE INDEX deliveries_newest ON deliveries (created_at, id, channel, kind, project);
DROP INDEX deliveries_ticket;
CREATE INDEX deliveries_ticket ON deliveries (ticket_id, created_at, id);
CREATE INDEX deliveries_amiss ON deliveries (status, created_at, id) WHERE status IN ('retrying', 'failed', 'dead', 'skipped', 'canceled');
CREATE INDEX deliveries_code ON deliveries (code, created_at, id) WHERE code <> '';

-- search_terms is where a typed word leads: kind says whether subject is a ticket's id
-- or a person's key, term is a piece of what it is called, in small letters. What was
-- there before is cut at every character. Terms are compared byte by byte, so that
-- those that begin alike stand together.
CREATE TABLE search_terms (
    kind    TEXT NOT NULL,
    term    TEXT COLLATE "C" NOT NULL,
    subject TEXT NOT NULL,
    PRIMARY KEY (kind, term, subject)
);
INSERT INTO search_terms (kind, term, subject)
SELECT 'ticket', lower(substr(t.title, n, 24)), t.id FROM tickets t CROSS JOIN LATERAL generate_series(1, length(t.title)) n
UNION SELECT 'ticket', lower(substr(t.key, n, 24)), t.id FROM tickets t CROSS JOIN LATERAL generate_series(1, length(t.key)) n;
WITH named (person, name) AS (SELECT DISTINCT person, coalesce(CAST(reader AS json) ->> 'name', '') FROM deliveries)
INSERT INTO search_terms (kind, term, subject)
SELECT 'person', lower(substr(name, n, 24)), person FROM named CROSS JOIN LATERAL generate_series(1, length(name)) n
UNION SELECT 'person', lower(substr(person, n, 24)), person FROM named CROSS JOIN LATERAL generate_series(1, length(person)) n;
