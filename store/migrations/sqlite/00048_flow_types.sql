-- +goose Up

-- Which tickets a flow is for: those of a project, of a type, or both. '' is every one; a flow
-- for all others has no row.
CREATE TABLE flow_scopes (
    project  TEXT NOT NULL,
    type     TEXT NOT NULL,
    flow_key TEXT NOT NULL REFERENCES flows (key) ON DELETE CASCADE,
    PRIMARY KEY (project, type)
);
CREATE INDEX flow_scopes_flow ON flow_scopes (flow_key);
INSERT INTO flow_scopes (project, type, flow_key) SELECT project, '', flow_key FROM flow_projects WHERE project <> '';
DROP TABLE flow_projects;

-- +goose Down
CREATE TABLE flow_projects (
    project  TEXT PRIMARY KEY,
    flow_key TEXT NOT NULL REFERENCES flows (key) ON DELETE CASCADE
);
CREATE INDEX flow_projects_flow ON flow_projects (flow_key);
INSERT INTO flow_projects (project, flow_key) SELECT project, min(flow_key) FROM flow_scopes WHERE project <> '' GROUP BY project;
DROP TABLE flow_scopes;
