-- String building: n pieces with a number in each, joined, and the text taken apart again.
local n = 300000  -- smallest 100

local function build(n)
  local pieces = {}
  for i = 0, n - 1 do pieces[#pieces + 1] = "item " .. i .. " of " .. n end
  local text = table.concat(pieces, ", ")
  local count = 0
  local start = 1
  while true do
    local at, last = string.find(text, ", ", start, true)
    local piece = string.sub(text, start, at and at - 1)
    count = count + #piece
    if not at then break end
    start = last + 1
  end
  return #text, count
end

local start = os.clock()
local length, count = build(n)
local seconds = os.clock() - start
print(string.format("check %d %d", length, count))
print(string.format("seconds %.6f", seconds))
