set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 0 0
1 0 1
2 0 4

0 1 -1
1 1 0
2 1 3

0 2 -4
1 2 -3
2 2 0
EOD
set minussign
set style fill solid 1 noborder
set border 127 + 256 + 512 lw 1 lc rgb "#010204"
set tics nomirror out scale 0.5,0.25 textcolor rgb "#010203"
set xrange [0:2]
set format x "%h"
set yrange [0:2]
set format y "%h"
set view 58,32
set xyplane relative 0.05
set zlabel "height" noenhanced rotate by 90 textcolor rgb "#010203"
unset key
set palette defined (0 "#440154", 0.1111 "#482878", 0.2222 "#3e4989", 0.3333 "#31688e", 0.4444 "#26828e", 0.5556 "#1f9e89", 0.6667 "#35b779", 0.7778 "#6ece58", 0.8889 "#b5de2b", 1 "#fde725")
set cbrange [-4:4]
unset colorbox
set pm3d depthorder border lc rgb "#40000000" lw 0.25
splot $data1 using 1:2:3 with pm3d notitle
