-- Requests for wrk: the addresses of a file in turn, asked for as browsers do (gzip) or plain.
--   wrk ... -s wrk_pages.lua URL -- FILE gzip|plain kept|new
-- new: a parameter that never came before stands behind each address, so that no cache has the page.
-- At the end it prints "rate N wrong M": answers a second, and those that failed or were refused.
local asked, at, fresh, mark = {}, 0, false, ""
local threads = 0

function setup(thread)
   threads = threads + 1
   thread:set("number", threads)
end

function init(args)
   if args[2] == "gzip" then
      wrk.headers["Accept-Encoding"] = "gzip"
   end
   fresh = args[3] == "new"
   mark = "?n=" .. os.time() .. "x" .. number .. "x"
   for line in io.lines(args[1]) do
      table.insert(asked, fresh and line or wrk.format("GET", line))
   end
end

function request()
   at = at + 1
   local one = asked[(at - 1) % #asked + 1]
   return fresh and wrk.format("GET", one .. mark .. at) or one
end

function done(summary)
   local e = summary.errors
   io.write(string.format("rate %.0f wrong %d\n", summary.requests / summary.duration * 1e6,
      e.connect + e.read + e.write + e.timeout + e.status))
end
