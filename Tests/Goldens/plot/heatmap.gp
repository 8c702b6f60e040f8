set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 0 50
1 0 2
0 1 3
1 1 45
EOD
$data2 << EOD
1 0 2
0 1 3
EOD
$data3 << EOD
0 0 50
1 1 45
EOD
set minussign
set style fill solid 1 noborder
set title "confusion" noenhanced font "DejaVu Sans Bold,12" textcolor rgb "#010203"
set border 0 lw 1 lc rgb "#010204"
set tics nomirror out scale 0,0 textcolor rgb "#010203"
set xrange [-0.5:1.5]
set xtics noenhanced ("cat" 0, "dog" 1)
set yrange [1.5:-0.5]
set format y "%h"
set ytics 1
unset key
set palette defined (0 "#440154", 0.1111 "#482878", 0.2222 "#3e4989", 0.3333 "#31688e", 0.4444 "#26828e", 0.5556 "#1f9e89", 0.6667 "#35b779", 0.7778 "#6ece58", 0.8889 "#b5de2b", 1 "#fde725")
set cbrange [2:50]
set colorbox noborder
set cbtics scale 0 textcolor rgb "#010203" format "%h"
plot $data1 using 1:2:3 with image notitle, \
  $data2 using 1:2:(sprintf("%.0f", $3)) with labels center tc rgb "#ffffff" notitle, \
  $data3 using 1:2:(sprintf("%.0f", $3)) with labels center tc rgb "#111111" notitle
