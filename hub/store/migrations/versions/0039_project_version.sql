ALTER TABLE public.project ADD COLUMN version INTEGER DEFAULT 1 NOT NULL

ALTER TABLE history.project ADD COLUMN version INTEGER DEFAULT 1 NOT NULL

CREATE FUNCTION raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    new.version := old.version + (new.known_from IS DISTINCT FROM old.known_from)::integer;
    RETURN new;
END
$$

CREATE TRIGGER raise_version BEFORE UPDATE ON public.project FOR EACH ROW EXECUTE FUNCTION raise_version()
