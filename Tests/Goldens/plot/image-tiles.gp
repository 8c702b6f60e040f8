set terminal svg size 640,400 enhanced font "DejaVu Sans,11"
set encoding utf8
$data1 << EOD
0 0 0 0 0 255
1 0 255 255 255 255
2 0 0 0 0 0
3 0 255 255 255 255
4 0 255 255 255 255
0 1 255 255 255 255
1 1 0 0 0 255
2 1 0 0 0 0
3 1 0 0 0 255
4 1 0 0 0 255
0 2 0 0 0 0
1 2 0 0 0 0
2 2 0 0 0 0
3 2 0 0 0 0
4 2 0 0 0 0
0 3 255 255 255 255
1 3 0 0 0 255
2 3 0 0 0 0
3 3 0 0 0 0
4 3 0 0 0 0
0 4 255 255 255 255
1 4 0 0 0 255
2 4 0 0 0 0
3 4 0 0 0 0
4 4 0 0 0 0
EOD
set minussign
set style fill solid 1 noborder
unset border
unset tics
set xrange [-0.5:4.5]
set yrange [4.5:-0.5]
unset key
set size ratio -1
plot $data1 using 1:2:3:4:5:6 with rgbalpha notitle
