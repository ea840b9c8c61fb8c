"""Draw the projects and lines of a chunk into temporary tables, from the bits of their numbers.

`activity` bits decide what a project is and where (two reports of one activity share them), `owner`
bits who owns it, `state` bits its visibility, corrections and linkages, `line` bits its amounts.
Different choices use different bits.
"""

from typing import Final

CREATE_CHUNK_TABLES: Final = """
create temp table nation_project (
    number integer, key text, id text, duplicated text, kind text, owner_id text, code_json text,
    name_json text, level text, funding text, title text, sort_key text, earlier_title text,
    earlier_sort_key text, province integer, area_id text, area_name text, area_json text,
    central boolean, areas integer, first_year integer, last_year integer, visibility text,
    first_known timestamptz, corrected_at timestamptz, state bigint
) on commit drop;
create temp table nation_line (
    number integer, year integer, slot integer, area_id text, area_json text, phase text, key text,
    amount bigint, earlier_amount bigint, position integer
) on commit drop;
create temp table nation_record (
    number integer, payload bytea, hash bytea, earlier_payload bytea, earlier_hash bytea
) on commit drop;
"""

DIGEST: Final = "left(encode(sha256(%s), 'hex'), 24)"
"""The short digest of ids (`short_digest` of ingest), of bytes."""


def digest_of(*parts: str) -> str:
    """Return the SQL of the short digest of texts, separated by a zero byte."""
    return DIGEST % " || '\\x00' || ".join(f"convert_to({part}, 'UTF8')" for part in parts)


DRAW_PROJECTS: Final = f"""
insert into nation_project
with numbered as materialized (
    -- Of each hundred projects one is a second report of the activity of an earlier one.
    select number, setting.*, 'N' || lpad(number::text, 8, '0') as key,
        case when number % 100 = 77 then number - 1 - number / 100 % 50 end as reported
    from generate_series($1::integer, $2::integer - 1) number, nation_setting setting
),
drawn as materialized (
    select *, pg_temp.mix_bits(owner_stream, number) as owner_bits,
        pg_temp.mix_bits(activity_stream, coalesce(reported, number)) as activity,
        pg_temp.mix_bits(state_stream, number) as state
    from numbered
),
-- Of a hundred: 45 of central government, 15 of provinces, 5 of clusters, 35 of local authorities.
placed as (
    select drawn.*, place.province as place, case
        when owner_bits % 100 < 45 then 'CENTRAL' when owner_bits % 100 < 60 then 'PROVINCE'
        when owner_bits % 100 < 65 then 'CLUSTER' else 'LOCAL' end as kind
    from drawn
    join nation_place place on place.ordinal = (activity >> 20) % 1048576 % places
),
-- The square of a fraction prefers the first owners of central government.
owned as (
    select placed.*, owner.id as owner_id, code_json, name_json, level, owner.area_id, area_name,
        area_json, coalesce(owner.province, place) as province, owner.first_year as owner_year
    from placed join nation_owner owner on owner.number = case placed.kind
        when 'CENTRAL' then
            central_owners * ((owner_bits >> 8) % 1048576) * ((owner_bits >> 8) % 1048576) >> 40
        when 'LOCAL' then central_owners + (owner_bits >> 30) % local_owners
        when 'PROVINCE' then central_owners + local_owners + place
        else central_owners + local_owners + provinces + place end
),
-- Central money has no area; some projects have several provinces of one cluster.
located as (
    select owned.*, mode < 15 or mode >= 95 as central, case
        when mode < 15 then 0
        when mode >= 80 and mode < 95 then least(2 + (activity >> 56) % 3, member_count)
        else 1 end as areas,
        here.first_year as area_year, members_first_year
    from owned join nation_province here on here.ordinal = owned.province
    cross join lateral (select case kind when 'CENTRAL' then (activity >> 48) % 100
        when 'CLUSTER' then 70 + (activity >> 48) % 25 else 50 end as mode) modes
),
dated as (
    select located.*, greatest(
        newest - (activity >> 12) % (newest - oldest + 1), owner_year,
        case when areas > 1 then members_first_year else area_year end
    ) as first_year,
    case when (activity >> 40) % 256 < 110 then 0 when (activity >> 40) % 256 < 185 then 1
        when (activity >> 40) % 256 < 230 then 2 else 3 end as more_years,
    case when (state >> 8) % 1000 < 20 then runs[2 + (state >> 18) % 3] end as corrected_at
    from located
)
select number, key, source_id || ':' || {digest_of("key")},
    source_id || ':' || {digest_of("'N' || lpad(reported::text, 8, '0')")}, kind, owner_id,
    code_json, name_json, level, case
        when kind = 'CENTRAL' then case when (state >> 50) % 100 < 8 then 'LOAN' else 'MINISTRY' end
        when level = 'LOCAL' then case when (state >> 50) % 100 < 30 then 'SUBSIDY' else level end
        else kind end,
    head || village, sort_head || lpad(village::text, 12, '0') || sort_tail,
    case when renamed then head || village % 25 + 1 end,
    case when renamed then sort_head || lpad((village % 25 + 1)::text, 12, '0') || sort_tail end,
    province, area_id, area_name, area_json, central, areas, first_year,
    least(first_year + more_years, newest),
    case when state % 100 < 6 then 'LISTED' when state % 100 < 10 then 'PRIVATE'
        else 'PUBLISHED' end,
    runs[1], corrected_at, state
from dated
join nation_title title on title.ordinal = activity % titles
cross join lateral (select 1 + (activity >> 32) % 25 as village,
    corrected_at is not null and (state >> 22) % 4 = 0 as renamed) names
"""  # noqa: S608 - built from constants

DRAW_LINES: Final = """
insert into nation_line
with yearly as materialized (
    -- Slot 0 is central money; the others are the project's areas.
    select number, kind, province, area_id, area_name, area_json, central, first_year, newest,
        corrected_at is not null as corrected, year, slot, pg_temp.mix_bits(
            line_stream, number * 32 + (year - first_year) * 8 + slot
        ) as bits
    from nation_project project, nation_setting
    cross join lateral generate_series(first_year, last_year) year
    cross join lateral generate_series(case when central then 0 else 1 end, areas) slot
),
-- Ten thousand satang times a number with a binomial exponent: close to a log-normal amount.
priced as (
    select yearly.*, case kind when 'CENTRAL' then 8 when 'CLUSTER' then 5 when 'PROVINCE' then 3
        else 1 end * (((1000 + bits % 1000) << bit_count((bits >> 10)::bit(19))::integer) / 200)
        as units
    from yearly
)
select number, year, priced.slot, coalesce(priced.area_id, member.area_id),
    coalesce(priced.area_json, member.area_json, '"ส่วนกลาง"'), phase,
    phase || '|' || year + 543 || '|'
        || coalesce(priced.area_name, member.area_name, 'ส่วนกลาง'),
    case phase when 'APPROPRIATED' then units * 10000
        else units * 10000 * (600000 + (bits >> 30) % 400001) / 1000000 end,
    case when phase = 'APPROPRIATED' and corrected and year = first_year
        and priced.slot = case when central then 0 else 1 end
        then units * (70 + (bits >> 52) % 25) / 100 * 10000 end,
    year * 16 + priced.slot * 2 + (phase = 'DISBURSED')::integer
from priced
left join nation_member member on member.province = priced.province
    and member.slot = priced.slot and priced.area_id is null
cross join (values ('APPROPRIATED'), ('DISBURSED')) phases (phase)
where phase = 'APPROPRIATED' or year < newest and (bits >> 58) % 20 > 0
"""

PAYLOAD: Final = """
'{"agency_code":' || code_json || ',"agency_name":' || name_json || ',"amounts":[' || %s
    || '],"funding":"' || funding || '","id":"' || key || '","title_th":"' || %s || '"}'
"""
AMOUNT: Final = """
string_agg(
    '{"area":' || line.area_json || ',"baht":"' || trunc(%s / 100.0, 2)
        || '","fiscal_year_be":' || year + 543 || ',"phase":"' || phase || '"}',
    ',' order by position
)
"""
"""The amounts of a record as its JSON has them."""
RECORD_HASH: Final = "sha256('JSON\\000'::bytea || %s)"
"""The hash of a JSON payload (`build_raw_payload` of ingest)."""
DRAW_RECORDS: Final = f"""
insert into nation_record
select number, payload, {RECORD_HASH % "payload"}, earlier_payload,
    {RECORD_HASH % "earlier_payload"}
from (
    select project.number, convert_to({PAYLOAD % ("amounts", "title")}, 'UTF8') as payload,
        convert_to(
            {PAYLOAD % ("earlier_amounts", "coalesce(earlier_title, title)")}, 'UTF8'
        ) as earlier_payload
    from nation_project project
    join (
        select number, {AMOUNT % "amount"} as amounts from nation_line line group by number
    ) written using (number)
    left join (
        select number, {AMOUNT % "coalesce(earlier_amount, amount)"} as earlier_amounts
        from nation_line line
        where number in (select number from nation_project where corrected_at is not null)
        group by number
    ) corrected using (number)
) composed
"""  # noqa: S608 - built from constants
