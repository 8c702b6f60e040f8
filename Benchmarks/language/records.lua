-- Records: fields read, fields changed in place, and new records made each turn.
local n = 1000000  -- smallest 100

local function moved(p, dt)
  return {x = p.x + p.vx * dt, y = p.y + p.vy * dt, vx = p.vx, vy = p.vy}
end

local function run(n)
  local p = {x = 0.0, y = 0.0, vx = 1.0, vy = 0.5}
  local tally = {turns = 0, bounces = 0}
  for i = 0, n - 1 do
    p = moved(p, 0.0123)
    tally.turns = tally.turns + 1
    if p.x > 1.0 or p.x < 0.0 then
      p.vx = -p.vx
      tally.bounces = tally.bounces + 1
    end
    if p.y > 1.0 or p.y < 0.0 then
      p.vy = -p.vy
      tally.bounces = tally.bounces + 1
    end
  end
  return p, tally
end

local start = os.clock()
local p, tally = run(n)
local seconds = os.clock() - start
print(string.format("check %d %d %.6f %.6f", tally.turns, tally.bounces, p.x, p.y))
print(string.format("seconds %.6f", seconds))
