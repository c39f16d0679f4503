-- +goose Up

-- Where a delivery stands among those of one person who is told on one channel at a time,
-- from 1; 0 where all are told. instead says why it is this channel, as JSON; '' is nothing.
ALTER TABLE deliveries ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN instead TEXT NOT NULL DEFAULT '';
