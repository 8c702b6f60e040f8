-- Element reads and writes: the sieve of Eratosthenes, one element at a time.
local n = 2000000  -- smallest 100

local function primes(n)
  local composite = {}
  for i = 0, n do composite[i] = false end
  local count = 0
  for i = 2, n do
    if not composite[i] then
      count = count + 1
      for j = i * i, n, i do composite[j] = true end
    end
  end
  return count
end

local start = os.clock()
local result = primes(n)
local seconds = os.clock() - start
print(string.format("check %d", result))
print(string.format("seconds %.6f", seconds))
