-- 002_second.sql: the second schema, a heading an area.

-- fold: rules' waits, expiries and caps need no rows: they are part of the
-- fold. Room for what does is here.

-- automation

-- generation

-- module

-- data

-- mail

-- speed
