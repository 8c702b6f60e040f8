-- Float arithmetic on elements: the Sun and four planets, n steps of 0.01 days.
local n = 100000  -- smallest 100

local sqrt = math.sqrt

local function energy(x, y, z, vx, vy, vz, mass)
  local total = 0.0
  for i = 1, 5 do
    total = total + 0.5 * mass[i] * (vx[i] * vx[i] + vy[i] * vy[i] + vz[i] * vz[i])
    for j = i + 1, 5 do
      local dx = x[i] - x[j]
      local dy = y[i] - y[j]
      local dz = z[i] - z[j]
      total = total - mass[i] * mass[j] / sqrt(dx * dx + dy * dy + dz * dz)
    end
  end
  return total
end

local function scaled(values, factor)
  local result = {}
  for i = 1, #values do result[i] = values[i] * factor end
  return result
end

local function dot(a, b)
  local total = 0.0
  for i = 1, #a do total = total + a[i] * b[i] end
  return total
end

local function simulate(n)
  local day = 365.24
  local sun = 4 * math.pi * math.pi
  local x = {0.0, 4.84143144246472090, 8.34336671824457987, 12.8943695621391310, 15.3796971148509165}
  local y = {0.0, -1.16032004402742839, 4.12479856412430479, -15.1111514016986312, -25.9193146099879641}
  local z = {0.0, -0.103622044471123109, -0.403523417114321381, -0.223307578892655734, 0.179258772950371181}
  local vx = scaled({0.0, 0.00166007664274403694, -0.00276742510726411, 0.00296460137564761618, 0.00268067772490389322}, day)
  local vy = scaled({0.0, 0.00769901118419740425, 0.00499852801234917238, 0.00237847173959480950, 0.00162824170038242295}, day)
  local vz = scaled({0.0, -0.0000690460016972063023, 0.0000230417297573763929, -0.0000296589568540237556, -0.0000951592254519715870}, day)
  local mass = scaled({1.0, 0.000954791938424326609, 0.000285885980666130812, 0.0000436624404335156298, 0.0000515138902046611451}, sun)
  vx[1] = -dot(vx, mass) / sun
  vy[1] = -dot(vy, mass) / sun
  vz[1] = -dot(vz, mass) / sun
  local step = 0.01
  for turn = 1, n do
    for i = 1, 5 do
      local xi, yi, zi, mi = x[i], y[i], z[i], mass[i]
      local vxi, vyi, vzi = vx[i], vy[i], vz[i]
      for j = i + 1, 5 do
        local dx = xi - x[j]
        local dy = yi - y[j]
        local dz = zi - z[j]
        local squared = dx * dx + dy * dy + dz * dz
        local magnitude = step / (squared * sqrt(squared))
        local mj = mass[j] * magnitude
        vxi = vxi - dx * mj
        vyi = vyi - dy * mj
        vzi = vzi - dz * mj
        local mm = mi * magnitude
        vx[j] = vx[j] + dx * mm
        vy[j] = vy[j] + dy * mm
        vz[j] = vz[j] + dz * mm
      end
      vx[i] = vxi
      vy[i] = vyi
      vz[i] = vzi
    end
    for i = 1, 5 do
      x[i] = x[i] + step * vx[i]
      y[i] = y[i] + step * vy[i]
      z[i] = z[i] + step * vz[i]
    end
  end
  return energy(x, y, z, vx, vy, vz, mass)
end

local start = os.clock()
local result = simulate(n)
local seconds = os.clock() - start
print(string.format("check %.9f", result))
print(string.format("seconds %.6f", seconds))
