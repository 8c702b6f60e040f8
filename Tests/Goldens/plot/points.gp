set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
1 2
3 4
EOD
$data2 << EOD
2 1
4 3
EOD
$data3 << EOD
1 5 0.5
2 6 7
EOD
set minussign
set style fill solid 1 noborder
set border 3 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set grid back lt 1 lw 0.7 dt solid lc rgb "#010205"
set xrange [0.91:4.09]
set format x "%h"
set yrange [0.85:6.15]
set format y "%h"
set key inside bottom right vertical noenhanced nobox samplen 1.6 spacing 1.15 width 1 textcolor rgb "#010203"
set palette defined (0 "#000004", 0.1111 "#180f3d", 0.2222 "#440f76", 0.3333 "#721f81", 0.4444 "#9e2f7f", 0.5556 "#cd4071", 0.6667 "#f1605d", 0.7778 "#fd9668", 0.8889 "#feca8d", 1 "#fcfdbf")
set cbrange [0:10]
set colorbox noborder
set cbtics scale 0 textcolor rgb "#010203" format "%h"
set cblabel "seconds" noenhanced textcolor rgb "#010203"
set size ratio -1
plot $data1 using 1:2 with points pt 5 ps 1.2 lc rgb "#3b7fc4" title "a", \
  $data2 using 1:2 with points pt 5 ps 1.2 lc rgb "#d9661f" title "b", \
  $data3 using 1:2:3 with points pt 7 ps 0.6 lc palette notitle
