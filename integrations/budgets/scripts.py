"""What Redis does in one step: spending, learning and blocking. Times are Unix milliseconds."""

from integrations.budgets.allowances import SLOTS

# KEYS: the block of the application, the block of the account, then one hash per allowance.
# ARGV: now, how many calls are wanted at once, then calls and slot length of each allowance.
# Answers {calls} with how many of them are counted (one at least), else the number of the key that
# refuses and the time at which it will not.
SPEND = f"""
local now, granted = tonumber(ARGV[1]), tonumber(ARGV[2])
for i = 1, 2 do
  local blocked = tonumber(redis.call('GET', KEYS[i]) or '0')
  if blocked > now then return {{i, blocked}} end
end
local stale = {{}}
for i = 3, #KEYS do
  local calls, slot = tonumber(ARGV[2 * i - 3]), tonumber(ARGV[2 * i - 2])
  local current, used, counted = math.floor(now / slot), 0, {{}}
  stale[i] = {{}}
  local fields = redis.call('HGETALL', KEYS[i])
  for f = 1, #fields, 2 do
    local at, count = tonumber(fields[f]), tonumber(fields[f + 1])
    if at < current - {SLOTS} then
      table.insert(stale[i], fields[f])
    else
      used = used + count
      table.insert(counted, {{at, count}})
    end
  end
  if used >= calls then
    table.sort(counted, function(a, b) return a[1] < b[1] end)
    local over, free_at = used - calls + 1, now + slot
    for _, each in ipairs(counted) do
      over = over - each[2]
      free_at = (each[1] + {SLOTS} + 1) * slot
      if over <= 0 then break end
    end
    return {{i, free_at}}
  end
  granted = math.min(granted, calls - used)
end
for i = 3, #KEYS do
  local slot = tonumber(ARGV[2 * i - 2])
  redis.call('HINCRBY', KEYS[i], string.format('%d', math.floor(now / slot)), granted)
  if #stale[i] > 0 then redis.call('HDEL', KEYS[i], unpack(stale[i])) end
  redis.call('PEXPIRE', KEYS[i], slot * ({SLOTS} + 2))
end
return {{granted}}
"""

# KEYS: one hash per allowance. ARGV: when they were counted, how many calls were not made, then the
# slot length of each allowance. What has slid out or was forgotten meanwhile stays so.
GIVE_BACK = """
local counted_at, calls = tonumber(ARGV[1]), tonumber(ARGV[2])
for i, key in ipairs(KEYS) do
  local slot = string.format('%d', math.floor(counted_at / tonumber(ARGV[i + 2])))
  if tonumber(redis.call('HGET', key, slot) or '0') >= calls then
    redis.call('HINCRBY', key, slot, -calls)
  end
end
return 0
"""

# KEYS: one hash. ARGV: now, slot length, calls used by the provider's own count.
LEARN = f"""
local now, slot, told = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local current, used = math.floor(now / slot), 0
local fields = redis.call('HGETALL', KEYS[1])
for f = 1, #fields, 2 do
  if tonumber(fields[f]) >= current - {SLOTS} then used = used + tonumber(fields[f + 1]) end
end
if told > used then
  redis.call('HINCRBY', KEYS[1], string.format('%d', current), told - used)
  redis.call('PEXPIRE', KEYS[1], slot * ({SLOTS} + 2))
end
return 0
"""

# KEYS: a block, the accounts refused lately, the block of the application. ARGV: now, until, the
# account (empty: the whole application), how many refused accounts mean that it is everybody's
# limit, how long these count, how long everybody rests then. Answers 1 when everybody rests.
BLOCK = """
local now, till = tonumber(ARGV[1]), tonumber(ARGV[2])
local known = tonumber(redis.call('GET', KEYS[1]) or '0')
if till > known and till > now then
  redis.call('SET', KEYS[1], string.format('%d', till), 'PX', till - now)
end
if ARGV[3] == '' then return 0 end
redis.call('SADD', KEYS[2], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
if redis.call('SCARD', KEYS[2]) < tonumber(ARGV[4]) then return 0 end
redis.call('DEL', KEYS[2])
redis.call('SET', KEYS[3], string.format('%d', now + tonumber(ARGV[6])), 'PX', ARGV[6])
return 1
"""
