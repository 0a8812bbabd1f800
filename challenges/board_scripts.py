"""What Redis does in one go, as Lua. Every script works on the two keys of one board.

``KEYS[1]`` is a sorted set of members by negated score, so that ascending order is board order.
``KEYS[2]`` is a hash of the version behind every member, also of those taken off the board, so
that an older standing never brings one back. The mark of a whole board is the member ``~`` in both
(it sorts behind everybody): should either key vanish, the board is not whole any more.
"""

MARK = "~"
TOKEN = "~token"  # noqa: S105 - a field name
CAUGHT_UP = "~caught_up"
PUSHED = "~pushed"
IDLE_SECONDS = 7 * 86400

# ARGV: member, negated score ('' takes it off), version, and so on for every member. A board that
# nobody began is left alone: whoever begins it reads what was committed before. One that is being
# built remembers that it was pushed to, so that what was read before never overwrites it.
PUSH = """
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
local members = {}
for i = 1, #ARGV, 3 do members[#members + 1] = ARGV[i] end
local known = redis.call('HMGET', KEYS[2], unpack(members))
local versions = {}
for i, member in ipairs(members) do versions[member] = tonumber(known[i] or '-1') end
local stored, placed, removed = {}, {}, {}
for i = 1, #ARGV, 3 do
  local member, place, version = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if tonumber(version) > versions[member] then
    versions[member] = tonumber(version)
    stored[#stored + 1] = member
    stored[#stored + 1] = version
    if place == '' then removed[#removed + 1] = member
    else
      placed[#placed + 1] = place
      placed[#placed + 1] = member
    end
  end
end
if #stored > 0 then
  redis.call('HSET', KEYS[2], unpack(stored))
  if redis.call('HEXISTS', KEYS[2], '~') == 0 then redis.call('HSET', KEYS[2], '~pushed', 1) end
end
if #placed > 0 then redis.call('ZADD', KEYS[1], unpack(placed)) end
if #removed > 0 then redis.call('ZREM', KEYS[1], unpack(removed)) end
return #stored / 2
"""

# ARGV: token. Starts over: whatever was there is gone and nobody may read until it is sealed.
BEGIN = f"""
redis.call('DEL', KEYS[1], KEYS[2])
redis.call('HSET', KEYS[2], '{TOKEN}', ARGV[1])
redis.call('EXPIRE', KEYS[2], {IDLE_SECONDS})
return 1
"""

# ARGV: token, then as for PUSH. Fills a board that was just begun, without comparing versions as
# nobody has pushed yet. Answers 1 when that was so, 0 when it was not or somebody started over.
LOAD = f"""
if redis.call('HGET', KEYS[2], '{TOKEN}') ~= ARGV[1] then return 0 end
if redis.call('HEXISTS', KEYS[2], '{PUSHED}') == 1 then return 0 end
local versions, places = {{}}, {{}}
for i = 2, #ARGV, 3 do
  versions[#versions + 1] = ARGV[i]
  versions[#versions + 1] = ARGV[i + 2]
  if ARGV[i + 1] ~= '' then
    places[#places + 1] = ARGV[i + 1]
    places[#places + 1] = ARGV[i]
  end
end
if #versions > 0 then redis.call('HSET', KEYS[2], unpack(versions)) end
if #places > 0 then redis.call('ZADD', KEYS[1], unpack(places)) end
return 1
"""

# ARGV: token, caught up until. Marks the board whole, unless somebody started over meanwhile.
SEAL = f"""
if redis.call('HGET', KEYS[2], '{TOKEN}') ~= ARGV[1] then return 0 end
redis.call('ZADD', KEYS[1], 'inf', '{MARK}')
redis.call('HSET', KEYS[2], '{MARK}', 1, '{CAUGHT_UP}', ARGV[2])
redis.call('EXPIRE', KEYS[1], {IDLE_SECONDS})
redis.call('EXPIRE', KEYS[2], {IDLE_SECONDS})
return 1
"""

# Answers {token, caught up until} of a whole board, else nil.
STATE = f"""
if not redis.call('ZSCORE', KEYS[1], '{MARK}') then return false end
if redis.call('HEXISTS', KEYS[2], '{MARK}') == 0 then return false end
return redis.call('HMGET', KEYS[2], '{TOKEN}', '{CAUGHT_UP}')
"""

# ARGV: 'top', 'after' or 'around'; limit; negated score and member to go on after; own negated
# score and member ('' for nobody). Answers nil unless the board is whole, else
# {first position, how many there are, rank of the first, own negated score, own rank, pairs}.
READ = f"""
local zset, mode, limit = KEYS[1], ARGV[1], tonumber(ARGV[2])
if not redis.call('ZSCORE', zset, '{MARK}') then return false end
if redis.call('HEXISTS', KEYS[2], '{MARK}') == 0 then return false end
local total = redis.call('ZCARD', zset) - 1

local function higher_than(place) return redis.call('ZCOUNT', zset, '-inf', '(' .. place) end

-- Position of the first entry not before (or: behind) a key, by bisection among equal scores.
local function position_of(place, member, behind)
  local low, high = higher_than(place), redis.call('ZCOUNT', zset, '-inf', place)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local found = redis.call('ZRANGE', zset, middle, middle)[1]
    if found < member or (behind and found == member) then low = middle + 1
    else high = middle end
  end
  return low
end

local mine, my_rank = ARGV[5], 0
if ARGV[6] ~= '' then
  mine = redis.call('ZSCORE', zset, ARGV[6]) or mine
  my_rank = higher_than(mine) + 1
end
local start = 0
if mode == 'after' then start = position_of(ARGV[3], ARGV[4], true) end
if mode == 'around' then
  local position = position_of(mine, ARGV[6], false)
  start = math.max(0, math.min(position - math.floor(limit / 2), total - limit))
end
local pairs_, first_rank = {{}}, 0
if start < total then
  local stop = math.min(start + limit, total) - 1
  pairs_ = redis.call('ZRANGE', zset, start, stop, 'WITHSCORES')
  first_rank = higher_than(pairs_[2]) + 1
end
return {{start, total, first_rank, mine, my_rank, pairs_}}
"""
