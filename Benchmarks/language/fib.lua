-- Calls: the naive Fibonacci numbers.
local n = 30  -- smallest 12

local function fib(n)
  if n < 2 then return n end
  return fib(n - 1) + fib(n - 2)
end

local start = os.clock()
local result = fib(n)
local seconds = os.clock() - start
print(string.format("check %d", result))
print(string.format("seconds %.6f", seconds))
