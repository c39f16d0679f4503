-- +goose Up

-- Times are epoch milliseconds, 0 is "no time"; JSON is kept as text.

CREATE TABLE tickets (
    id         TEXT PRIMARY KEY,
    source     TEXT NOT NULL,
    key        TEXT NOT NULL,
    title      TEXT NOT NULL,
    state      TEXT NOT NULL,
    last_event TEXT NOT NULL,
    trail      TEXT NOT NULL,
    flow       TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (source, key)
);
CREATE INDEX tickets_key ON tickets (key);

CREATE TABLE events (
    id          TEXT PRIMARY KEY,
    source      TEXT NOT NULL,
    event_id    TEXT NOT NULL,
    ticket_id   TEXT NOT NULL REFERENCES tickets (id),
    kind        TEXT NOT NULL,
    late        BOOLEAN NOT NULL,
    body        TEXT NOT NULL,
    accepted_at BIGINT NOT NULL,
    UNIQUE (source, event_id)
);

-- due_at is when somebody may take the delivery next: the end of a wait, or of
-- the lease of whoever holds it. claimed is what was wanted at the claim.
CREATE TABLE deliveries (
    id         TEXT PRIMARY KEY,
    event_id   TEXT NOT NULL REFERENCES events (id),
    ticket_id  TEXT NOT NULL REFERENCES tickets (id),
    person     TEXT NOT NULL,
    channel    TEXT NOT NULL,
    reader     TEXT NOT NULL,
    role       TEXT NOT NULL,
    status     TEXT NOT NULL,
    reason     TEXT NOT NULL,
    code       TEXT NOT NULL,
    message_id TEXT NOT NULL,
    shown      TEXT NOT NULL,
    want       TEXT NOT NULL REFERENCES events (id),
    state      TEXT NOT NULL,
    result     BOOLEAN NOT NULL,
    attempts   BIGINT NOT NULL,
    not_before BIGINT NOT NULL,
    deadline   BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    lease      TEXT NOT NULL,
    payload    TEXT NOT NULL,
    due_at     BIGINT NOT NULL,
    claimed    TEXT NOT NULL,
    UNIQUE (event_id, person, channel)
);
CREATE INDEX deliveries_due ON deliveries (channel, due_at, created_at) WHERE status IN ('queued', 'retrying', 'sending');
CREATE INDEX deliveries_held ON deliveries (lease) WHERE lease <> '';
CREATE INDEX deliveries_ticket ON deliveries (ticket_id);
CREATE INDEX deliveries_newest ON deliveries (created_at, id);
CREATE INDEX deliveries_status ON deliveries (status, channel);
CREATE INDEX deliveries_person ON deliveries (person, created_at);

CREATE TABLE attempts (
    delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number      BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    outcome     TEXT NOT NULL,
    code        TEXT NOT NULL,
    message     TEXT NOT NULL,
    request_id  TEXT NOT NULL,
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;

CREATE TABLE users (
    username       TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    email          TEXT NOT NULL,
    phone          TEXT NOT NULL,
    wecom_userid   TEXT NOT NULL,
    feishu_open_id TEXT NOT NULL,
    language       TEXT NOT NULL,
    role           TEXT NOT NULL,
    disabled       BOOLEAN NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);
CREATE UNIQUE INDEX users_email ON users (email) WHERE email <> '';
CREATE UNIQUE INDEX users_phone ON users (phone) WHERE phone <> '';
CREATE UNIQUE INDEX users_wecom_userid ON users (wecom_userid) WHERE wecom_userid <> '';
CREATE UNIQUE INDEX users_feishu_open_id ON users (feishu_open_id) WHERE feishu_open_id <> '';

CREATE TABLE flows (
    key        TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE flow_projects (
    project  TEXT PRIMARY KEY,
    flow_key TEXT NOT NULL REFERENCES flows (key) ON DELETE CASCADE
);
CREATE INDEX flow_projects_flow ON flow_projects (flow_key);

CREATE TABLE settings (
    name       TEXT PRIMARY KEY,
    body       TEXT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE channels (
    channel    TEXT PRIMARY KEY,
    version    BIGINT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    fields     TEXT NOT NULL,
    secrets    TEXT NOT NULL,
    paused     TEXT NOT NULL,
    paused_at  BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE tokens (
    id           TEXT PRIMARY KEY,
    name         TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    prefix       TEXT NOT NULL,
    hash         TEXT NOT NULL UNIQUE,
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL
);

CREATE TABLE platforms (
    source     TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    url        TEXT NOT NULL,
    secret     TEXT NOT NULL,
    timeout_us BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE counters (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- +goose Down
DROP TABLE counters;
DROP TABLE platforms;
DROP TABLE tokens;
DROP TABLE channels;
DROP TABLE settings;
DROP TABLE flow_projects;
DROP TABLE flows;
DROP TABLE users;
DROP TABLE attempts;
DROP TABLE deliveries;
DROP TABLE events;
DROP TABLE tickets;
