-- A counted loop over floats: one multiplication and one addition a turn.
local n = 20000000  -- smallest 1000

local function total(n)
  local sum = 0.0
  for i = 0, n - 1 do sum = sum + i * 0.5 end
  return sum
end

local start = os.clock()
local result = total(n)
local seconds = os.clock() - start
print(string.format("check %.1f", result))
print(string.format("seconds %.6f", seconds))
