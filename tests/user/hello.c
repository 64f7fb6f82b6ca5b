// The least that a program can be: says so, and ends.
#include <unistd.h>

int main(void)
{
	static const char text[] = "Hello from a program.\n";
	return write(1, text, sizeof text - 1) == sizeof text - 1 ? 0 : 1;
}
