-- Float arithmetic in nested loops: how many of n × n points stay bounded for 100 steps.
local n = 400  -- smallest 10

local function inside(n, steps)
  local count = 0
  for row = 0, n - 1 do
    local ci = 2.0 * row / n - 1.0
    for column = 0, n - 1 do
      local cr = 3.0 * column / n - 2.0
      local zr, zi = 0.0, 0.0
      local escaped = false
      for step = 1, steps do
        local rr = zr * zr
        local ii = zi * zi
        if rr + ii > 4.0 then
          escaped = true
          break
        end
        zi = 2.0 * zr * zi + ci
        zr = rr - ii + cr
      end
      if not escaped then count = count + 1 end
    end
  end
  return count
end

local start = os.clock()
local result = inside(n, 100)
local seconds = os.clock() - start
print(string.format("check %d", result))
print(string.format("seconds %.6f", seconds))
