-- What whoever uses a catalogue cites: a bibcode, a DOI or words; empty where nobody said.
{alter catalogs} ADD COLUMN IF NOT EXISTS citation String DEFAULT '';
