-- Closures: made, kept, passed on and called.
local n = 1000000  -- smallest 100

local function adder(a) return function(x) return x + a end end
local function compose(f, g) return function(x) return f(g(x)) end end

local function run(n)
  local total = 0
  for i = 0, n - 1 do
    local add = adder(i)
    local both = compose(add, function(y) return y * 2 end)
    total = (total + both(i)) % 1000003
  end
  return total
end

local start = os.clock()
local result = run(n)
local seconds = os.clock() - start
print(string.format("check %d", result))
print(string.format("seconds %.6f", seconds))
