-- wrk: payments, each with a key of its own; prints what came back
-- usage: PAYMENTS_KEY=KEY[,KEY...] wrk -t2 -c256 -d10 -s bench/create.lua URL

local threads = {}

function setup(thread)
   thread:set("id", #threads)
   table.insert(threads, thread)
end

function init(args)
   local f = io.open("/proc/sys/kernel/random/uuid")
   run = f:read("*l")
   f:close()
   n = 0
   created, other = 0, 0
   bearers = {}
   for key in os.getenv("PAYMENTS_KEY"):gmatch("[^,]+") do
      table.insert(bearers, "Bearer " .. key)
   end
   headers = { ["Content-Type"] = "application/json" }
end

function request()
   n = n + 1
   headers["Authorization"] = bearers[n % #bearers + 1]
   headers["Idempotency-Key"] = run .. "-" .. id .. "-" .. n
   return wrk.format("POST", "/v1/payments", headers,
      '{"amount":' .. (n % 100000 + 1) .. ',"currency":"EUR",' ..
      '"payment_method":{"token":"tok_visa"},"description":"Order ' .. n ..
      '","customer":"cus_' .. n % 1000 ..
      '","metadata":{"order":"' .. n .. '","channel":"web"}}')
end

function response(status)
   if status == 201 then created = created + 1 else other = other + 1 end
end

function done(summary, latency, requests)
   local created, other = 0, 0
   for _, thread in ipairs(threads) do
      created = created + thread:get("created")
      other = other + thread:get("other")
   end
   local e = summary.errors
   print(string.format("created %d other %d errors %d seconds %.3f",
      created, other, e.connect + e.read + e.write + e.timeout,
      summary.duration / 1e6))
   print(string.format("creates/s %.0f p50 %.2f ms p99 %.2f ms",
      created / (summary.duration / 1e6),
      latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
