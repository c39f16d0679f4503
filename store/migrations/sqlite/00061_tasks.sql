-- +goose Up

-- The tasks a WeCom card may be known by: of each change that was asked for, whether or not
-- anybody heard what came of it. A press on what it made of the card brings the next code.
CREATE TABLE wecom_tasks (
    task_id    TEXT PRIMARY KEY,
    message_id TEXT NOT NULL REFERENCES wecom_cards (message_id) ON DELETE CASCADE
);
CREATE INDEX wecom_tasks_message ON wecom_tasks (message_id);

-- +goose Down
DROP TABLE wecom_tasks;
