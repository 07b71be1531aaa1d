"""What `ringkeeper exchange --help` says beside its options, in both languages: the grammar of scripts (script.py reads it)."""

from __future__ import annotations

DESCRIPTION = """\
虚拟电话交换机：不用硬件就能试用、测试铃守。调制解调器接在真实的伪终端上，GPIO 线路接在监听进程的模拟引脚上。
The virtual telephone exchange: try and test Ringkeeper without hardware. Modems sit on real pseudo-terminals, lines on GPIO
on the simulated pins of the monitor (chip = "simulated"), sound taps on named pipes, chips and boards on ports and pins of
their own. Only such lines of the configuration are played; a line with several ears is heard by all of them at once.
"""

EPILOG = """\
脚本 / script: 每行一个事件，# 开始注释 / one event a line, # begins a comment.  S = 秒 / seconds
  at S LINE …        脚本开始后 S 秒 / S seconds after the start      at +S LINE …   上一行之后 S 秒 / after the line before
  then LINE …        与上一行同时 / together with the line before     LINE …         立刻 / at once

  LINE call NUMBER [name N] [ring N] [answer after S] [talk S] [id between|before|tones|late|broken|never] [cadence 1/4] [fax]
  LINE call withheld|out_of_area|absent …          不显示号码 / a number that is not shown
      ring 3 = 响三声后挂断 / gives up after 3 bursts;  ring 2.5 = 第三声响到一半 / within the third
      id = 来电显示何时送来 / when caller ID is sent (between the first and second burst; tones: by DTMF, before the first)
      cadence = 响/停/… 秒;  fax = 对方是传真机 / it is a fax machine that calls
  LINE dial NUMBER [talk S] [pulse] [far answers|reverses|nobody|busy|vacant|fax]
      去电，pulse = 脉冲拨号，far = 对方如何 / an outgoing call, by tones or pulses, and what becomes of it
  LINE lift [for S]                                摘机不拨号 / off-hook, no digits
  LINE answer [talk S]      LINE hangup            现在接听、挂机 / now: somebody answers, hangs up
  LINE fault unplug|hang|garble|cut|onu_restart [for S]      故障 / faults (the word fault may be left out)
  LINE false reversal|lightning|induction|line_test|loose_wire|hang_up|flash [for S]
      假触发，仅模拟引脚；flash 要先摘机 / not a call; simulated pins only, a flash while off-hook
  button press [for S]                             按按钮 / press the button

例 / for example:
  at 2.0 L1 call 15400001234 name 张三 ring 3
  at 30  L2 call 03560123456 answer after 7.2 talk 20
  at +60 L1 fault unplug for 3

运行时 / while it runs (from another terminal):
  ringkeeper exchange --config config/demo.toml --say "L1 call 15400000007 ring 3"

--speed 只缩短来电之间的停顿和通话，铃流与来电显示保持真实时间；要更快，用 --trace 直接写出信号记录。
--speed shortens the pauses between random calls (to no less than 9 s) and the talk; ringing and caller ID keep their real
times, because who listens has real timers. Where nothing real waits, --trace writes hours of signals in a moment.
"""
