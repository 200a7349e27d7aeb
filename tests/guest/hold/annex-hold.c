// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A guest driver that is in the way: a PCI driver whose remove() waits for
 * as long as a test wants, and CPUs and memory that refuse to go offline.
 *
 * The PCI driver has no ids: bind it with driver_override. Parameters,
 * under /sys/module/annex_hold/parameters:
 *   release      0: remove() waits; 1: it does not, and those waiting end
 *   held         how many remove() wait now (read only)
 *   cpu_busy     1: no CPU can go offline (EBUSY)
 *   memory_busy  1: no memory block can go offline (EBUSY)
 *   memory_busy_block  N: the block .../memoryN cannot; -1: any can
 */
#include <linux/atomic.h>
#include <linux/cpuhotplug.h>
#include <linux/memory.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/pci.h>
#include <linux/wait.h>

static bool release;
static bool cpu_busy;
static bool memory_busy;
static int memory_busy_block = -1;
static atomic_t held = ATOMIC_INIT(0);
static DECLARE_WAIT_QUEUE_HEAD(released);

static int set_release(const char *value, const struct kernel_param *kp)
{
	int ret = param_set_bool(value, kp);

	wake_up_all(&released);
	return ret;
}

static const struct kernel_param_ops release_ops = {
	.set = set_release,
	.get = param_get_bool,
};
module_param_cb(release, &release_ops, &release, 0644);

static int get_held(char *buffer, const struct kernel_param *kp)
{
	return sprintf(buffer, "%d\n", atomic_read(&held));
}

static const struct kernel_param_ops held_ops = {
	.get = get_held,
};
module_param_cb(held, &held_ops, NULL, 0444);

module_param(cpu_busy, bool, 0644);
module_param(memory_busy, bool, 0644);
module_param(memory_busy_block, int, 0644);

static int hold_probe(struct pci_dev *dev, const struct pci_device_id *id)
{
	pci_info(dev, "annex-hold: bound\n");
	return 0;
}

static void hold_remove(struct pci_dev *dev)
{
	pci_info(dev, "annex-hold: remove\n");
	atomic_inc(&held);
	/* Idle: not a hung task, however long the test takes. */
	wait_event_idle(released, READ_ONCE(release));
	atomic_dec(&held);
	pci_info(dev, "annex-hold: released\n");
}

static struct pci_driver hold_driver = {
	.name = "annex-hold",
	.probe = hold_probe,
	.remove = hold_remove,
};

static int cpu_goes_offline(unsigned int cpu)
{
	return cpu_busy ? -EBUSY : 0;
}

static int memory_changes(struct notifier_block *nb, unsigned long action,
			  void *data)
{
	const struct memory_notify *range = data;

	if (action != MEM_GOING_OFFLINE)
		return NOTIFY_OK;
	/* Memory goes offline by the block. */
	if (memory_busy ||
	    range->start_pfn / range->nr_pages == memory_busy_block)
		return notifier_from_errno(-EBUSY);
	return NOTIFY_OK;
}

static struct notifier_block memory_notifier = {
	.notifier_call = memory_changes,
};

static int __init hold_init(void)
{
	int ret;

	/* Both stay: the module is never unloaded. */
	ret = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "annex-hold",
					NULL, cpu_goes_offline);
	if (ret < 0)
		return ret;
	ret = register_memory_notifier(&memory_notifier);
	if (ret)
		return ret;
	return pci_register_driver(&hold_driver);
}
module_init(hold_init);

MODULE_DESCRIPTION("Keeps devices from being unplugged, for tests");
MODULE_LICENSE("GPL");
